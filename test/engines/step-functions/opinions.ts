import { pythonEnvironment } from '../python-environment.ts';

/** checkov, and the parser of HCL it brings: in an environment of its own, because it wants other versions than moto. */
export const opinions = pythonEnvironment('opinions', new URL('./requirements.txt', import.meta.url));

export const setup = opinions.install;

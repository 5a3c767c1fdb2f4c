/** What goes out over HTTP; without headers it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error as AWS answers it. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    status: number,
    options: { message: string; headers?: Readonly<Record<string, string>> },
  ) {
    super(options.message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.headers = options.headers ?? {};
  }
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', 400, { message });
}

/** The one answer to a token that is forged, of another request, or expired. */
export function tokenRefused(): AwsError {
  return invalidParameter('Invalid NextToken: it is expired or was not issued for these parameters');
}

/** Header and body both name the error: the SDKs read the header, botocore may read the body. */
export function errorAnswer(error: AwsError): Answer {
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/json', 'x-amzn-errortype': error.code },
    body: JSON.stringify({ __type: error.code, Code: error.code, Message: error.message }),
  };
}

/** Settings the simulator cannot follow; every problem is listed as `path: expected …, got …`. */
export class InvalidSettingError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'InvalidSettingError';
    this.problems = problems;
  }
}

/**
 * To be called before a client of the SDK is made. Which Node the next SDK will need is for us to follow; a log of JSON lines
 * is no place to say it.
 */
export function silenceSdkNotices(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

import type { Recovery } from '../../errors.ts';

export interface Verdict {
  readonly action: 'retry' | 'stop';
  /** Who acts when no further try is made. */
  readonly recovery: Recovery;
  /** The request itself was found wrong; with a NextToken, the token may have expired. */
  readonly validation?: true;
  /** There were too many requests. */
  readonly throttled?: true;
  /** The caller's AbortSignal ended the request. */
  readonly aborted?: true;
}

export const transient: Verdict = { action: 'retry', recovery: 'retry-later' };
const throttled: Verdict = { ...transient, throttled: true };
const refused: Verdict = { action: 'stop', recovery: 'fix-config' };
const invalid: Verdict = { action: 'stop', recovery: 'fix-config', validation: true };
const aborted: Verdict = { action: 'stop', recovery: 'retry-later', aborted: true };
export const unknown: Verdict = { action: 'stop', recovery: 'report-bug' };
/** The SDK has noticed our clock's offset: the next request is signed with it, but the clock remains wrong. */
export const clockCorrected: Verdict = { action: 'retry', recovery: 'fix-config' };

/**
 * Error names and Node error codes → what to do. Sources: THROTTLING_ERROR_CODES, TRANSIENT_ERROR_CODES and the
 * NODEJS_* codes of `@smithy/core/retry`; the common errors of the AWS Backup, S3 and STS references.
 */
export const namesByVerdict: readonly (readonly [Verdict, readonly string[]])[] = [
  [
    throttled,
    [
      'BandwidthLimitExceeded',
      'EC2ThrottledException',
      'KMSThrottlingException',
      'LimitExceededException',
      'PriorRequestNotComplete',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'RequestThrottled',
      'RequestThrottledException',
      'SlowDown',
      'ThrottledException',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'TransactionInProgressException',
    ],
  ],
  [
    transient,
    [
      // the service's own bad moment
      'InternalError',
      'InternalFailure',
      'InternalServerException',
      'OperationAborted',
      'RequestTimeout',
      'RequestTimeoutException',
      'ServiceUnavailable',
      'ServiceUnavailableException',
      // the network
      'BrokenTransferError',
      'EAI_AGAIN',
      'ECONNABORTED',
      'ECONNREFUSED',
      'ECONNRESET',
      'EHOSTDOWN',
      'EHOSTUNREACH',
      'ENETDOWN',
      'ENETRESET',
      'ENETUNREACH',
      'ENOTFOUND',
      'EPIPE',
      'ERR_STREAM_PREMATURE_CLOSE',
      'ETIMEDOUT',
      'TimeoutError',
    ],
  ],
  [
    refused,
    [
      // permission
      'AccessDenied',
      'AccessDeniedException',
      'AllAccessDisabled',
      'AuthorizationError',
      'AuthorizationHeaderMalformed',
      'NotAuthorized',
      'NotImplemented',
      'OptInRequired',
      'PermanentRedirect',
      'UnauthorizedOperation',
      // credentials
      'AuthFailure',
      'CredentialsProviderError',
      'ExpiredToken',
      'ExpiredTokenException',
      'IncompleteSignature',
      'InvalidAccessKeyId',
      'InvalidClientTokenId',
      'InvalidSignatureException',
      'InvalidToken',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'RequestExpired',
      'RequestTimeTooSkewed',
      'SignatureDoesNotMatch',
      'TokenProviderError',
      'TokenRefreshRequired',
      'UnrecognizedClientException',
      // a file the SDK was told to read, such as AWS_WEB_IDENTITY_TOKEN_FILE
      'EACCES',
      'EISDIR',
      'ENOENT',
      'ENOTDIR',
      // TLS
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
  ],
  [
    invalid,
    [
      'InvalidParameterException',
      'InvalidParameterValue',
      'InvalidParameterValueException',
      'InvalidRequestException',
      'MissingParameterValueException',
      'ValidationError',
      'ValidationException',
    ],
  ],
  [aborted, ['AbortError']],
];

/** For names the table does not have: the first range a status falls in. */
export const statusRanges: readonly (readonly [from: number, to: number, Verdict])[] = [
  [300, 399, refused],
  [400, 400, invalid],
  [408, 408, transient],
  [429, 429, throttled],
  [401, 499, refused],
  // Not Implemented: no further try changes that.
  [501, 501, refused],
  [500, 599, transient],
];

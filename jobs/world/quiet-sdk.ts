// Which Node the next SDK will need is for us to follow; a log of JSON lines is no place to say it.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

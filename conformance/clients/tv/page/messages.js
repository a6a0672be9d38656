// What lines hold: JSON, errors, and what the SDK says of calls. ES5 only, as all files of this page.

// Numbers that JSON has not are written as protobuf's JSON does.
function toText(value) {
  return JSON.stringify(value, function (name, each) {
    return typeof each === 'number' && !isFinite(each) ? '' + each : each;
  });
}

function errorOf(error) {
  var found = {
    code: error.code || 'UNKNOWN',
    reason: error.reason || '',
    message: '' + (error.message || error),
    metadata: error.metadata || {},
    field_violations: (error.fieldViolations || []).map(function (each) {
      return { field: each.field, description: each.description };
    }),
    request_id: error.requestId || '',
    type: error.name || ''
  };
  if (error.retryDelayMs >= 0) {
    found.retry_delay_s = error.retryDelayMs / 1000;
  }
  return found;
}

function infoOf(info) {
  return {
    attempts: info.attempts,
    from_cache: info.fromCache,
    is_stale: info.isStale,
    request_id: info.requestId
  };
}

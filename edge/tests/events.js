// Events as CloudFront makes them (AWS, "CloudFront Functions event structure"). Written for njs and Node alike.

// A value that is a list stands for a name that came more than once.
function fields(values) {
  const all = {};
  Object.keys(values || {}).forEach((name) => {
    const given = values[name];
    if (!Array.isArray(given)) all[name] = { value: given };
    else all[name] = { value: given[0], multiValue: given.map((value) => ({ value: value })) };
  });
  return all;
}

// `asked`: uri, and if wanted method, cookies, headers, query, ip.
function viewerRequest(asked) {
  return {
    version: '1.0',
    context: { eventType: 'viewer-request' },
    viewer: { ip: asked.ip || '192.0.2.1' },
    request: {
      method: asked.method || 'GET',
      uri: asked.uri,
      querystring: fields(asked.query),
      headers: fields(asked.headers),
      cookies: fields(asked.cookies),
    },
  };
}

function viewerResponse(statusCode, headers) {
  return {
    version: '1.0',
    context: { eventType: 'viewer-response' },
    viewer: { ip: '192.0.2.1' },
    request: viewerRequest({ uri: '/files/x' }).request,
    response: { statusCode: statusCode, headers: fields(headers), cookies: {} },
  };
}

export default { viewerRequest: viewerRequest, viewerResponse: viewerResponse };

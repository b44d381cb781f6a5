// CloudFront runs this for every file of a torrent on its way out: what a browser could run is only ever saved.
// The sandboxing CSP that such files come with is one lock; this is another. Runtime cloudfront-js-2.0.
const RUNS = /html|xml|svg|script|multipart|message\/rfc822|x-shockwave-flash/i;

function handler(event) {
  const response = event.response;
  // "Not modified" comes without a type, and the browser keeps what it was told first.
  if (response.statusCode === 304) return response;
  const type = response.headers['content-type'];
  if (!type || RUNS.test(type.value)) response.headers['content-disposition'] = { value: 'attachment' };
  return response;
}

// What CloudFront gives a function as `import cf from 'cloudfront'`: a reader of the key-value store that the template
// associates (AWS, "Helper methods for key value stores"). A test sets `entries`. Written for njs and Node alike.
export default {
  entries: {},
  kvs: function () {
    const entries = this.entries;
    return {
      exists: async function (key) {
        return Object.prototype.hasOwnProperty.call(entries, key);
      },
      // As AWS says: an error for a key that is not there.
      get: async function (key) {
        if (!Object.prototype.hasOwnProperty.call(entries, key)) throw new Error('KeyNotFound: ' + key);
        return entries[key];
      },
    };
  },
};

/// The largest answer that CloudFront is sure to give to one GET: 50 GB (CloudFront quotas, "maximum cacheable file size
/// per HTTP GET response"). A larger file has to be fetched in ranges.
pub const ANSWER_BYTES_MAX: u64 = 50_000_000_000;

use anyhow::Context;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use store::SdkConfig;

/// The CloudFront distribution, which keeps copies of the page.
pub(crate) struct FrontDoor {
    client: Client,
    distribution: String,
}

impl FrontDoor {
    pub(crate) fn new(config: &SdkConfig, distribution: String) -> Self {
        Self {
            client: Client::new(config),
            distribution,
        }
    }

    /// Makes CloudFront ask for everything again. `caller` makes a repeated request the same invalidation.
    ///
    /// # Errors
    /// When CloudFront refuses.
    pub(crate) async fn forget_all(&self, caller: &str) -> anyhow::Result<()> {
        // One path, whatever it matches: AWS bills by paths, the first 1,000 of a month are free.
        let paths = Paths::builder().quantity(1).items("/*").build()?;
        let batch = InvalidationBatch::builder()
            .caller_reference(caller)
            .paths(paths)
            .build()?;
        let request = self.client.create_invalidation();
        let sent = request
            .distribution_id(&self.distribution)
            .invalidation_batch(batch)
            .send()
            .await;
        sent.map(drop)
            .map_err(aws_sdk_cloudfront::Error::from)
            .context("CloudFront's copies cannot be invalidated")
    }
}

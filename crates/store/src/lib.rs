//! Where facts live, in the domain's words: records in DynamoDB, messages in SQS, objects in S3.
//!
//! Thin over the AWS SDK: retries, signing and time limits are the SDK's. What is ours is which condition
//! each write has, so that every step can be repeated in any order.

mod access;
mod aws;
mod body;
mod bucket;
mod checksum;
mod env;
mod error;
mod multipart;
mod queue;
mod records;
mod topic;

pub use access::{Access, AccessChange, Caller, Presented, ShareRow, TokenRow};
pub use aws::{lambda_aws_config, worker_aws_config};
pub use aws_config::SdkConfig;
pub use body::Content;
pub use bucket::{Bucket, Headers, Object, Version, Written, form_decoded};
pub use checksum::Checksum;
pub use env::{EnvError, required, required_number};
pub use error::StoreError;
pub use multipart::{MultipartUpload, SentPart, StoredPart};
pub use queue::Queue;
pub use records::{
    Changes, Created, Cursor, CursorError, Filter, Page, Phase, Reading, Records, Stored,
};
pub use topic::{Notice, Topic};

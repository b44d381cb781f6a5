//! Why something went wrong, as far as an answer tells, and the command that shows more.
//!
//! Every command runs with both versions of the AWS command line.

use super::ask::Answer;
use super::finding::Finding;
use crate::failure::Failure;

/// Commands for one stack.
#[derive(Debug, Clone)]
pub(super) struct Commands {
    stack: String,
}

impl Commands {
    pub(super) fn new(stack: &str) -> Self {
        let stack = stack.to_owned();
        Self { stack }
    }

    /// What a function wrote.
    pub(super) fn logs(&self, function: &str) -> String {
        format!("sam logs --stack-name {} --name {function}", self.stack)
    }

    /// The log groups of the functions at the edge, which CloudFront keeps in us-east-1 wherever the stack is. Their
    /// names end in the stack's id (`EdgeFunction` in template.yaml).
    pub(super) fn edge_logs() -> String {
        "aws logs describe-log-groups --region us-east-1 \
         --log-group-name-prefix /aws/cloudfront/function/torrent2s3-edge-"
            .to_owned()
    }

    /// Address, and the command that shows the token.
    pub(super) fn outputs(&self) -> String {
        format!("sam list stack-outputs --stack-name {}", self.stack)
    }

    /// What a deployment did.
    pub(super) fn events(&self) -> String {
        let stack = &self.stack;
        format!("aws cloudformation describe-stack-events --stack-name {stack} --max-items 20")
    }

    /// A shell on a box. What is no instance's id is not repeated: somebody pastes this.
    pub(super) fn shell(worker: Option<&str>) -> String {
        let digits = worker.and_then(|id| id.strip_prefix("i-"));
        let is_instance = digits.is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        let instance = worker.filter(|_| is_instance).unwrap_or("INSTANCE");
        format!("aws ssm start-session --target {instance}")
    }
}

/// Who should have answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum From<'a> {
    /// The site's bucket, through CloudFront.
    Site,
    /// The bucket of files, through CloudFront.
    Files,
    /// A function, through CloudFront and API Gateway.
    Function(&'a str),
}

/// An answer that nobody should have given.
pub(super) fn unexpected(answer: &Answer, from: From<'_>, commands: &Commands) -> Finding {
    let came = answer.in_words();
    if let Some(finding) = at_the_edge(answer, &came) {
        return finding;
    }
    let body = String::from_utf8_lossy(&answer.body);
    match (answer.status, from) {
        (503, From::Site | From::Files) => edge_does_not_run(came),
        (301 | 302 | 303 | 307 | 308, _) => {
            let cause =
                "the service is at another address, or something on the way sends requests on";
            Finding::failed(came, cause).more(commands.outputs())
        }
        (403, _) if body.contains("could not be satisfied") => {
            let cause = "CloudFront has no distribution for this name: a CustomDomain must point to \
                         DistributionDomain and be deployed as a parameter";
            Finding::failed(came, cause).more(commands.outputs())
        }
        (403 | 404, From::Site) => {
            let cause = "the page was not published, or CloudFront may not read the bucket";
            Finding::failed(came, cause).more(commands.logs("PublishSite"))
        }
        (403 | 404, From::Files) => {
            let cause = "the file is not in the bucket, or CloudFront may not read the bucket";
            Finding::failed(came, cause).more(commands.logs("CompletePage"))
        }
        (429, _) => {
            let cause =
                "too many requests: API Gateway or the account's limit of functions at once";
            Finding::failed(came, cause).more("aws lambda get-account-settings")
        }
        (502 | 504, From::Function(function)) => {
            let cause =
                "CloudFront does not reach API Gateway, or the function ended before it answered";
            Finding::failed(came, cause).more(commands.logs(function))
        }
        (500 | 503, From::Function(function)) => {
            let cause = "the function or its authorizer failed, or may not be started (the account's limit of \
                         functions at once)";
            Finding::failed(came, cause).more(commands.logs(function))
        }
        _ => {
            let cause = "this is not how torrent2s3 answers: is the address right?";
            Finding::failed(came, cause).more(commands.outputs())
        }
    }
}

/// What CloudFront says when a function of its own goes wrong (CloudFront guide, "Edge function errors").
fn at_the_edge(answer: &Answer, came: &str) -> Option<Finding> {
    let cache = answer.header("x-cache").to_ascii_lowercase();
    let errors = [
        "functionexecutionerror",
        "functionvalidationerror",
        "functionthrottlederror",
    ];
    let is_edge = errors.iter().any(|error| cache.contains(error));
    is_edge.then(|| edge_does_not_run(came.to_owned()))
}

fn edge_does_not_run(came: String) -> Finding {
    let cause = "the function at the edge does not run: its code fails, takes too long, or its key-value store is \
                 empty";
    Finding::failed(came, cause).more(Commands::edge_logs())
}

/// No answer at all.
pub(super) fn silence(failure: &Failure) -> Finding {
    let cause = "nothing answers there: a network or proxy in between, or the distribution is gone or disabled";
    Finding::failed(failure.to_string(), cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_instance_gets_into_a_command() {
        let shell = |worker| Commands::shell(Some(worker));
        assert_eq!(shell("i-0abc12"), "aws ssm start-session --target i-0abc12");
        for worker in ["i-", "i-0; rm -rf", "local", "i-0\u{1b}"] {
            assert_eq!(shell(worker), "aws ssm start-session --target INSTANCE");
        }
    }
}

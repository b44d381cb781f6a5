//! CloudFront, and the addresses that its owner has.

use serde_json::{Value, json};

use super::deployed::Place;

fn site_urls(place: &Place) -> Value {
    let stack = place.deploy();
    stack.properties("Authorizer")["Environment"]["Variables"]["SITE_URLS"].clone()
}

/// A distribution answers by its own name as well as by its aliases (Amazon CloudFront Developer Guide, "Use custom
/// URLs by adding alternate domain names"), and a browser without Fetch Metadata sends the one it is at as `Origin`.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html>
#[test]
fn the_authorizer_knows_every_address_of_the_page() {
    assert_eq!(
        site_urls(&Place::default()),
        "https://<Distribution.DomainName>"
    );
    assert_eq!(
        site_urls(&Place::with_everything()),
        "https://<Distribution.DomainName> https://files.example.net"
    );
}

/// What leaves by mail, webhook or list has the address that its owner chose.
#[test]
fn links_and_outputs_have_the_custom_domain() {
    let place = Place::with_everything();
    let stack = place.deploy();
    let variables = &stack.properties("CompletePage")["Environment"]["Variables"];
    assert_eq!(variables["SITE_URL"], "https://files.example.net");
    let outputs = place.outputs();
    assert_eq!(outputs["PageUrl"], "https://files.example.net/");
    assert_eq!(outputs["ApiUrl"], "https://files.example.net/api");
    assert_eq!(outputs["DistributionDomain"], "<Distribution.DomainName>");
    let config = &stack.properties("Distribution")["DistributionConfig"];
    assert_eq!(config["Aliases"], json!(["files.example.net"]));
    let without = Place::default().deploy();
    let config = &without.properties("Distribution")["DistributionConfig"];
    assert!(config["Aliases"].is_null() && config["ViewerCertificate"].is_null());
}

/// A certificate without a domain changes nothing, a domain without a certificate is refused by CloudFront.
#[test]
fn a_domain_and_its_certificate_go_together() {
    let place = Place::default().with("CustomDomain", "files.example.net");
    assert_eq!(place.refusals().len(), 1);
    assert_eq!(Place::with_everything().refusals(), [""; 0]);
}

/// Amazon CloudFront API Reference, `CustomOriginConfig`: ports 80, 443 and 1024 to 65535; `AllowedMethods` is one of
/// three sets. <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CustomOriginConfig.html>
#[test]
fn cloudfront_takes_the_origins_and_methods() {
    let stack = Place::default().deploy();
    let config = &stack.properties("Distribution")["DistributionConfig"];
    let mut custom = 0;
    for origin in config["Origins"].as_array().unwrap() {
        if origin["CustomOriginConfig"].is_null() {
            // An S3 origin with access control still has the older setting, empty.
            assert_eq!(
                origin["S3OriginConfig"]["OriginAccessIdentity"], "",
                "{origin}"
            );
            continue;
        }
        custom += 1;
        let ports = &origin["CustomOriginConfig"];
        assert_eq!(ports["OriginProtocolPolicy"], "https-only");
        assert_eq!(ports["HTTPPort"], "443", "{origin}");
        assert_eq!(
            origin["DomainName"],
            "<Api>.execute-api.eu-central-1.amazonaws.com"
        );
    }
    assert_eq!(custom, 1);
    for behavior in config["CacheBehaviors"].as_array().unwrap() {
        if let Some(methods) = behavior["AllowedMethods"].as_array() {
            assert!([2, 3, 7].contains(&methods.len()), "{behavior}");
        }
    }
}

/// Key-value stores need the second runtime (Amazon CloudFront Developer Guide, "JavaScript runtime 2.0 features").
#[test]
fn the_edge_function_runs_where_there_are_key_value_stores() {
    for (name, function) in Place::default()
        .deploy()
        .of_type("AWS::CloudFront::Function")
    {
        assert_eq!(
            function["FunctionConfig"]["Runtime"], "cloudfront-js-2.0",
            "{name}"
        );
        assert_eq!(
            function["AutoPublish"], true,
            "{name}: it would stay in its first stage"
        );
    }
}

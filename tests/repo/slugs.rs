//! One slug names one thing: folder, binary, resource, event, route or worker.

use std::collections::BTreeSet;

use api::{Access, ROUTES};
use domain::{Stage, Worker as _};

use crate::{files, template};

#[test]
fn folders_and_resources_are_the_same_in_the_same_order() {
    let functions = template::resources().into_iter();
    let functions = functions.filter(|one| one.value("Type") == Some("AWS::Serverless::Function"));
    let names: Vec<_> = functions.map(|one| one.name).collect();
    let wanted: Vec<_> = files::slugs()
        .iter()
        .map(|slug| template::function_name(slug))
        .collect();
    assert_eq!(names, wanted);
    for slug in files::slugs() {
        let resource = template::function(&slug);
        assert_eq!(
            resource.value("CodeUri"),
            Some(format!("functions/{slug}").as_str())
        );
        assert!(
            resource
                .text()
                .contains("Metadata: { BuildMethod: rust-cargolambda }"),
            "{slug}"
        );
    }
}

#[test]
fn every_function_has_an_event() {
    for slug in files::slugs() {
        let text = files::text(format!("events/{slug}.json"));
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(
            event.as_object().is_some_and(|event| !event.is_empty()),
            "events/{slug}.json"
        );
    }
    let is_event = |path: &&std::path::PathBuf| path.starts_with("events");
    assert_eq!(
        files::all().iter().filter(is_event).count(),
        files::slugs().len()
    );
}

#[test]
fn routes_are_what_the_template_opens() {
    let slugs: BTreeSet<_> = files::slugs()
        .into_iter()
        .filter(|slug| slug.starts_with("api-"))
        .collect();
    let routed: BTreeSet<_> = ROUTES.iter().map(|route| route.slug.to_owned()).collect();
    assert_eq!(slugs, routed);
    for route in ROUTES {
        let resource = template::function(route.slug);
        let event = resource.block("Http");
        let path = format!("Path: \"{}\"", route.path);
        let plain = format!("Path: {}", route.path);
        let opens = event.contains(&path)
            || event.contains(&format!("{plain} ")) | event.contains(&format!("{plain},"));
        assert!(opens, "{}: {} {event}", route.slug, route.path);
        assert!(
            event.contains(&format!("Method: {},", route.method)),
            "{}",
            route.slug
        );
        let public = event.contains("Authorizer: NONE");
        assert_eq!(public, route.access == Access::Public, "{}", route.slug);
    }
}

#[test]
fn every_stage_has_its_function_and_its_two_queues() {
    let workers = [
        stages::FetchStage::NAME,
        stages::ScanStage::NAME,
        stages::ReportStage::NAME,
        stages::CleanStage::NAME,
        stages::PushStage::NAME,
    ];
    for (stage, worker) in Stage::ALL.into_iter().zip(workers) {
        let slug = format!("stage-{}", stage.as_str());
        assert_eq!(worker, slug);
        let (first, rest) = stage.as_str().split_at(1);
        let queue = first.to_uppercase() + rest;
        let events = template::function(&slug).block("Events");
        assert!(
            events.contains(&format!("!GetAtt {queue}Queue.Arn")),
            "{slug}"
        );
        for setting in [
            "BatchSize: 1",
            "ReportBatchItemFailures",
            "MaximumConcurrency",
        ] {
            assert!(events.contains(setting), "{slug}: {setting}");
        }
        let redrive = template::resource(&format!("{queue}Queue")).block("RedrivePolicy");
        assert!(redrive.contains(&format!("!GetAtt {queue}DeadQueue.Arn")));
        let dead = template::function(stages::StageDead::NAME).block("Events");
        assert!(dead.contains(&format!("!GetAtt {queue}DeadQueue.Arn")));
    }
}

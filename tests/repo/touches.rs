//! What a function may touch stands in its main.rs, its manifest and the template: the three say the same.

use std::collections::BTreeSet;

use domain::Stage;

use crate::{files, manifests, template};

/// What `aws_env::Env` is asked for, and the variable that answers.
const ASKED: [(&str, &str); 9] = [
    (".table()", "TABLE_NAME"),
    (".bucket()", "BUCKET_NAME"),
    (".root_secret()", "ROOT_SECRET_ARN"),
    (".gateway_secret()", "GATEWAY_SECRET_ARN"),
    (".auth_service_url()", "AUTH_SERVICE_URL"),
    (".allow_private_remotes()", "ALLOW_PRIVATE_REMOTES"),
    (".allow_unsigned_users()", "ALLOW_UNSIGNED_USERS"),
    (".retention()", "RETENTION_DAYS"),
    (".max_repository_bytes()", "MAX_REPOSITORY_BYTES"),
];

/// The adapter in a function's manifest, and the service in its policies.
const SERVICES: [(&str, &str); 4] = [
    ("aws-dynamodb", "dynamodb:"),
    ("aws-s3", "s3:"),
    ("aws-sqs", "sqs:"),
    ("aws-secrets", "secretsmanager:"),
];

/// The variables that a main.rs asks for.
fn asked(main: &str) -> BTreeSet<String> {
    let plain = ASKED.iter().filter(|(call, _)| main.contains(call));
    let mut names: BTreeSet<_> = plain.map(|(_, name)| (*name).to_owned()).collect();
    for stage in Stage::ALL {
        let variant = format!("Stage::{stage:?}");
        if main.contains("Stage::ALL") || main.contains(&variant) {
            names.insert(format!("QUEUE_URL_{}", stage.as_str().to_uppercase()));
        }
    }
    names
}

/// The variables that the template sets.
fn set(environment: &str) -> BTreeSet<String> {
    let words = environment.split([' ', ':', ',', '{', '}', '\n']);
    let is_name = |word: &&str| {
        word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    words.filter(is_name).map(str::to_owned).collect()
}

#[test]
fn the_template_sets_the_variables_that_main_asks_for() {
    for slug in files::slugs() {
        let main = files::text(format!("functions/{slug}/src/main.rs"));
        let environment = template::function(&slug).block("Environment");
        assert_eq!(set(&environment), asked(&main), "{slug}");
    }
}

#[test]
fn the_environment_knows_every_variable() {
    let known = files::text("shared/aws-env/src/values.rs");
    for slug in files::slugs() {
        for name in set(&template::function(&slug).block("Environment")) {
            assert!(known.contains(&format!("\"{name}\"")), "{slug}: {name}");
        }
    }
}

#[test]
fn policies_name_the_services_of_the_manifest() {
    for slug in files::slugs() {
        let used = manifests::dependencies(&format!("functions/{slug}"));
        let policies = template::function(&slug).block("Policies");
        for (adapter, service) in SERVICES {
            assert_eq!(
                policies.contains(service),
                used.iter().any(|name| name == adapter),
                "{slug}: {adapter}"
            );
        }
    }
}

#[test]
fn policies_allow_nothing_in_general() {
    for slug in files::slugs() {
        let policies = template::function(&slug).block("Policies");
        for everything in [":*\"", "Action: \"*\"", "Resource: \"*\"", "Put*", "Get*"] {
            assert!(!policies.contains(everything), "{slug}: {everything}");
        }
    }
}

#[test]
fn queues_are_sent_to_by_those_who_are_told_their_address() {
    for slug in files::slugs() {
        let function = template::function(&slug);
        let told = set(&function.block("Environment"));
        let policies = function.block("Policies");
        for stage in Stage::ALL {
            let (first, rest) = stage.as_str().split_at(1);
            let queue = format!("!GetAtt {}{rest}Queue.Arn", first.to_uppercase());
            let name = format!("QUEUE_URL_{}", stage.as_str().to_uppercase());
            assert_eq!(policies.contains(&queue), told.contains(&name), "{slug}");
        }
    }
}

#[test]
fn one_function_alone_reads_the_secret_values() {
    let reads = |slug: &String| {
        let policies = template::function(slug).block("Policies");
        policies
            .lines()
            .any(|line| line.contains("s3:GetObject") && line.contains("secret_values.json"))
    };
    let readers: Vec<_> = files::slugs().into_iter().filter(reads).collect();
    assert_eq!(readers, ["stage-clean"]);
    for slug in files::slugs() {
        let policies = template::function(&slug).block("Policies");
        let broad = |line: &str| line.contains("s3:GetObject") && line.contains("/reports/*\"");
        assert!(!policies.lines().any(broad), "{slug} may read every report");
    }
}

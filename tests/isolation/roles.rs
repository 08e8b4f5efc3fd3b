//! Nobody, and members whose role is too low.

use api::{Access, ROUTES, Role, Route};
use serde_json::{Value, json};

use crate::bench::Bench;
use crate::rows::{event, everything, job, send};

const ROLES: [Role; 3] = [Role::Readonly, Role::User, Role::Admin];

/// The request must be refused so, and must change nothing.
async fn is_refused(route: &Route, caller: Option<(&str, &str)>, status: u16, code: &str) {
    let bench = Bench::new();
    let job = job(&bench, route).await;
    let before = everything(&bench, &job).await;
    let event = event(route, caller, job.id.as_str());
    let (found, body) = send(&bench, route, &event).await;
    let body: Value = serde_json::from_slice(&body).unwrap();
    let found = (found, body["code"].as_str().unwrap_or_default());
    assert_eq!(found, (status, code), "{} {caller:?}", route.slug);
    assert_eq!(everything(&bench, &job).await, before, "{}", route.slug);
}

#[tokio::test]
async fn nobody_gets_in_but_where_everybody_may() {
    for route in ROUTES {
        if route.access != Access::Public {
            is_refused(route, None, 401, "AUTH_REQUIRED").await;
            continue;
        }
        let event = event(route, None, "x");
        let (status, _) = send(&Bench::new(), route, &event).await;
        assert_eq!(status, route.success, "{}", route.slug);
    }
}

#[tokio::test]
async fn an_authorizer_that_does_not_say_who_it_is_lets_nobody_in() {
    for caller in [("", "admin"), ("alice", ""), ("alice", "owner")] {
        for route in ROUTES {
            if route.access != Access::Public {
                is_refused(route, Some(caller), 401, "AUTH_REQUIRED").await;
            }
        }
    }
}

#[tokio::test]
async fn a_lower_role_is_refused_and_a_sufficient_one_is_not() {
    for route in ROUTES {
        let Access::AtLeast(lowest) = route.access else {
            continue;
        };
        for role in ROLES {
            if role < lowest {
                let caller = Some(("alice", role.as_str()));
                is_refused(route, caller, 403, "INSUFFICIENT_PERMISSIONS").await;
                continue;
            }
            let bench = Bench::new();
            let job = job(&bench, route).await;
            let caller = Some(("alice", role.as_str()));
            let (status, _) = send(&bench, route, &event(route, caller, job.id.as_str())).await;
            assert_eq!(status, route.success, "{} {role:?}", route.slug);
        }
    }
}

#[test]
fn who_may_only_look_can_change_nothing() {
    for route in ROUTES {
        let looks = route.access != Access::AtLeast(Role::User)
            && route.access != Access::AtLeast(Role::Admin);
        assert_eq!(route.method == "GET", looks, "{}", route.slug);
    }
}

#[tokio::test]
async fn what_a_client_says_of_itself_does_not_count() {
    // The requests claim by their headers, as they all do, to be of an admin called alice.
    for route in ROUTES.iter().filter(|route| route.access != Access::Public) {
        let bench = Bench::new();
        let job = job(&bench, route).await;
        let mut event = event(route, None, job.id.as_str());
        let context = json!({ "tenant": "alice", "actor": "alice", "role": "admin" });
        event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": context } });
        assert_eq!(send(&bench, route, &event).await.0, 401, "{}", route.slug);
    }
}

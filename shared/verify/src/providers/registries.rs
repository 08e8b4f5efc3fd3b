//! Registries of packages and images.

use crate::beside::Beside;
use crate::definition::{Definition, Fits, GET, Method, Place, has, text};

/// An upload without a file, in a version of the form that there is not: it is refused, but only after the token was accepted.
const PYPI: Definition = Definition {
    rules: &["pypi-token"],
    method: Method::Form("%3Aaction=file_upload&protocol_version=0"),
    path: "/legacy/",
    place: Place::Basic("__token__"),
    active: &[text(400, "Unknown protocol version")],
    inactive: &[text(
        403,
        "Invalid or non-existent authentication information",
    )],
    source: "https://docs.pypi.org/api/upload/",
    ..GET
};

pub(super) const ALL: &[Definition] = &[
    Definition {
        fits: Fits::Starts(&["pypi-AgEIcHlwaS5vcmc"]),
        hosts: &["upload.pypi.org"],
        ..PYPI
    },
    Definition {
        fits: Fits::Starts(&["pypi-AgENdGVzdC5weXBpLm9yZw"]),
        hosts: &["test.pypi.org"],
        ..PYPI
    },
    Definition {
        rules: &["npm-token"],
        hosts: &["registry.npmjs.org"],
        path: "/-/whoami",
        active: &[has(200, "/username")],
        inactive: &[has(401, "")],
        // A token may be for some addresses only.
        is_elsewhere: true,
        source: "https://docs.npmjs.com/cli/commands/npm-whoami",
        ..GET
    },
    Definition {
        rules: &["docker-hub-token"],
        hosts: &["auth.docker.io"],
        // For no repository at all.
        path: "/token?service=registry.docker.io",
        place: Place::BasicBeside,
        active: &[has(200, "/token")],
        inactive: &[has(401, "/details")],
        beside: Some(Beside::DockerUser),
        source: "https://docs.docker.com/reference/api/registry/auth/",
        ..GET
    },
];

//! How the interface document describes words of the model, which knows nothing of that document.

use std::borrow::Cow;

use towpath_model::{Right, Role};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A role.
pub(crate) struct RoleWord;

impl PartialSchema for RoleWord {
    fn schema() -> RefOr<Schema> {
        one_of("What a person is in a workspace, from least to most.", Role::ALL.map(Role::word))
    }
}

impl ToSchema for RoleWord {
    fn name() -> Cow<'static, str> {
        "Role".into()
    }
}

/// A right, which is also a scope of an API key.
pub(crate) struct RightWord;

impl PartialSchema for RightWord {
    fn schema() -> RefOr<Schema> {
        one_of("A right in a workspace.", Right::ALL.iter().map(|right| right.word()))
    }
}

impl ToSchema for RightWord {
    fn name() -> Cow<'static, str> {
        "Right".into()
    }
}

fn one_of(description: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .enum_values(Some(words))
        .into()
}

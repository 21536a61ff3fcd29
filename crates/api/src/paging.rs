//! Lists that are read page by page: what a request says about that, and what the answer holds.
//!
//! The orders that a list offers are part of the type of its query, so that the interface document names exactly those
//! that the list takes.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use towpath_store::page::{Page, PageRequest, is_mark};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::problem::{self, Answer, Problem};

/// The orders that a list offers.
pub(crate) trait Orders {
    /// Their words; the first one is the default.
    const WORDS: &'static [&'static str];
}

macro_rules! orders {
    ($($name:ident = [$($word:literal),+];)*) => {
        $(
            #[derive(Debug, Clone)]
            pub(crate) struct $name;

            impl Orders for $name {
                const WORDS: &'static [&'static str] = &[$($word),+];
            }
        )*
    };
}

orders! {
    ByCreated = ["created"];
    ByCreatedOrSize = ["created", "duration", "written", "quarantined"];
    ByEmail = ["email", "created"];
    ByNameOrCreated = ["name", "created"];
    ByNameOrTime = ["name", "created", "updated"];
    ByNumber = ["number"];
    ByTimeOrSize = ["created", "name", "size"];
    ByUpdated = ["updated"];
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Deserialize)]
#[serde(bound = "")]
pub(crate) struct PageQuery<O> {
    /// Most entries, from 1 to 1000; 50 if nothing is said.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// The order; a `-` before it turns it around.
    pub sort: Option<String>,
    #[serde(skip)]
    orders: PhantomData<O>,
}

impl<O: Orders> PageQuery<O> {
    /// The request for the store.
    pub(crate) fn request(&self) -> Answer<PageRequest> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=1000).contains(&limit) {
            return Err(Problem::new(problem::BAD_REQUEST, "`limit` goes from 1 to 1000"));
        }
        if let Some(sort) = &self.sort
            && !O::WORDS.contains(&sort.strip_prefix('-').unwrap_or(sort))
        {
            let known: Vec<String> = O::WORDS.iter().map(|word| format!("`{word}`")).collect();
            let detail = format!("there is no order `{sort}`; there are {}", known.join(", "));
            return Err(Problem::new(problem::BAD_REQUEST, detail));
        }
        if self.after.as_deref().is_some_and(|mark| !is_mark(mark)) {
            return Err(Problem::field("/after", "`after` is not the `next` of another page"));
        }
        Ok(PageRequest { limit, after: self.after.clone(), sort: self.sort.clone() })
    }
}

impl<O: Orders> IntoParams for PageQuery<O> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let limit = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(1000));
        let words = O::WORDS.iter().flat_map(|word| [(*word).to_owned(), format!("-{word}")]);
        let sort = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words));
        vec![
            parameter("limit", limit, "Most entries; 50 if nothing is said."),
            parameter("after", ObjectBuilder::new().schema_type(Type::String), "`next` of the page before."),
            parameter("sort", sort, "The order; a `-` before it turns it around."),
        ]
    }
}

fn parameter(name: &str, schema: ObjectBuilder, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// A part of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub(crate) struct Items<T: utoipa::ToSchema> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page begins, for `after`; missing on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T: utoipa::ToSchema> From<Page<T>> for Items<T> {
    fn from(page: Page<T>) -> Self {
        Items { items: page.items, next: page.next }
    }
}

impl<T: utoipa::ToSchema> From<Vec<T>> for Items<T> {
    fn from(items: Vec<T>) -> Self {
        Items { items, next: None }
    }
}

//! Which notices a channel is told of.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::notice::{Notice, NoticeKind, Severity};

/// Which notices go to a channel. What is left out restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// Channel to tell, for example `on-call`.
    pub channel: String,

    /// What to tell of, for example `[run_failed, run_late]`. The end of a trouble is told wherever the trouble
    /// was.
    pub kinds: Vec<NoticeKind>,

    /// Pipelines to tell of, for example `[orders]`, besides those with one of the `tags`.
    pub pipelines: Vec<String>,

    /// Tags of the pipelines to tell of, for example `[finance]`.
    pub tags: Vec<String>,

    /// Least severity: `info`, `warning` or `error`.
    pub min_severity: Severity,
}

impl Rule {
    /// Whether the rule's channel is to hear of a notice. The end of a trouble is judged like the trouble itself; whether
    /// the channel was told of that is known to [`decide`](crate::decide).
    pub fn wants(&self, notice: &Notice) -> bool {
        let (kind, severity) = match (notice.is_recovery(), notice.trouble()) {
            (true, trouble) => (trouble, trouble.usual_severity()),
            (false, kind) => (kind, notice.severity),
        };
        let is_any = self.pipelines.is_empty() && self.tags.is_empty();
        let is_named = notice.pipeline.as_ref().is_some_and(|pipeline| self.pipelines.contains(pipeline));
        severity >= self.min_severity
            && (self.kinds.is_empty() || self.kinds.contains(&kind) || self.kinds.contains(&notice.kind))
            && (is_any || is_named || notice.tags.iter().any(|tag| self.tags.contains(tag)))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::notice::Detail;

    #[test]
    fn a_rule_restricts_by_what_it_names() {
        let notice = |kind| Notice {
            tags: vec!["finance".into()],
            ..Notice::new(kind, "shop", "orders", Detail::text("x"), Timestamp::UNIX_EPOCH)
        };
        let rule = |kinds: &[NoticeKind], pipelines: &[&str], tags: &[&str], min_severity| Rule {
            channel: "c".into(),
            kinds: kinds.to_vec(),
            pipelines: pipelines.iter().map(|name| (*name).into()).collect(),
            tags: tags.iter().map(|name| (*name).into()).collect(),
            min_severity,
        };
        let (failed, late, again) =
            (notice(NoticeKind::RunFailed), notice(NoticeKind::RunLate), notice(NoticeKind::RunRecovered));
        let everything = rule(&[], &[], &[], Severity::Info);
        assert!([&failed, &late, &again].into_iter().all(|notice| everything.wants(notice)));
        let errors = rule(&[], &["stock"], &["finance"], Severity::Error);
        assert!(errors.wants(&failed) && errors.wants(&again) && !errors.wants(&late));
        let only_late = rule(&[NoticeKind::RunLate], &["orders"], &[], Severity::Info);
        assert!(only_late.wants(&late) && !only_late.wants(&failed) && !only_late.wants(&again));
        // The end of a delay is judged like the delay.
        let came = Notice { ends: Some(NoticeKind::RunLate), ..again.clone() };
        assert!(only_late.wants(&came) && everything.wants(&came) && !errors.wants(&came));
        assert!(!rule(&[], &["stock"], &["hr"], Severity::Info).wants(&failed));
    }
}

//! Where spans go, and what of the standard variables is understood.
//!
//! The variables are those of the specification of OpenTelemetry, so that a server is set up as everything around it. What
//! the library would pass over in silence is refused at the start instead.

use std::time::Duration;

use towpath_model::Fault;
use url::Url;

/// How long one delivery may take, unless the variables say otherwise.
const USUAL: Duration = Duration::from_secs(10);

const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

/// Where spans go.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TraceSettings {
    /// What they are posted to, for example `http://collector:4318/v1/traces`.
    pub(crate) endpoint: Url,
    /// How long one delivery may take.
    pub(crate) timeout: Duration,
    /// The variables give the service a name.
    pub(crate) is_named: bool,
}

/// Reads the settings. `base` is the address of the collector, without the path for traces; `variable` looks variables
/// up. Nothing is collected when no collector is named, or when the variables turn it off.
pub(crate) fn read(
    base: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<TraceSettings>, Fault> {
    let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let is_off = set("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || set("OTEL_TRACES_EXPORTER").is_some_and(|value| value == "none");
    let endpoint = match (set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), base) {
        _ if is_off => return Ok(None),
        (Some(whole), _) => address("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &whole)?,
        (None, Some(base)) if !base.trim().is_empty() => {
            let path = format!("{}/v1/traces", base.trim_end_matches('/'));
            address("OTEL_EXPORTER_OTLP_ENDPOINT", &path)?
        }
        _ => return Ok(None),
    };
    check(&set)?;
    let either = |end: &str| {
        let names = [format!("OTEL_EXPORTER_OTLP_TRACES_{end}"), format!("OTEL_EXPORTER_OTLP_{end}")];
        names.into_iter().find_map(|name| set(&name).map(|value| (name, value)))
    };
    let timeout = match either("TIMEOUT") {
        None => USUAL,
        Some((name, value)) => Duration::from_millis(value.trim().parse().map_err(|_| {
            Fault::config(format!("`{name}={value}` is no number of milliseconds"))
                .hint("write for example `10000`")
        })?),
    };
    let is_named = set("OTEL_SERVICE_NAME").is_some()
        || set("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|text| text.contains("service.name="));
    Ok(Some(TraceSettings { endpoint, timeout, is_named }))
}

/// Refuses what the library would not do as it is told.
fn check(set: &impl Fn(&str) -> Option<String>) -> Result<(), Fault> {
    if let Some(exporter) = set("OTEL_TRACES_EXPORTER").filter(|exporter| exporter != "otlp") {
        return Err(Fault::config(format!("`OTEL_TRACES_EXPORTER={exporter}` is not known here"))
            .hint("write `otlp` or `none`"));
    }
    for name in ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"] {
        if let Some(protocol) = set(name).filter(|protocol| protocol != "http/protobuf") {
            return Err(Fault::config(format!("`{name}={protocol}` is not spoken here"))
                .hint("use `http/protobuf`, for which collectors listen on port 4318"));
        }
    }
    let Some(sampler) = set("OTEL_TRACES_SAMPLER") else { return Ok(()) };
    if !SAMPLERS.contains(&sampler.as_str()) {
        return Err(Fault::config(format!("`OTEL_TRACES_SAMPLER={sampler}` is not known here"))
            .hint(format!("write one of {}", SAMPLERS.join(", "))));
    }
    let share = set("OTEL_TRACES_SAMPLER_ARG").map(|share| (share.trim().parse::<f64>(), share));
    match share {
        Some((Ok(number), _)) if (0.0..=1.0).contains(&number) => Ok(()),
        Some((_, share)) if sampler.ends_with("traceidratio") => {
            Err(Fault::config(format!("`OTEL_TRACES_SAMPLER_ARG={share}` is no share"))
                .hint("write a number from 0 to 1"))
        }
        _ => Ok(()),
    }
}

fn address(name: &str, text: &str) -> Result<Url, Fault> {
    // What stands there may hold a password.
    let wrong =
        || Fault::config(format!("`{name}` is no address")).hint("write for example `http://localhost:4318`");
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    match matches!(url.scheme(), "http" | "https") && url.has_host() {
        true => Ok(url),
        false => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(base: Option<&str>, set: &[(&str, &str)]) -> Result<Option<TraceSettings>, Fault> {
        read(base, |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_is_collected_until_a_collector_is_named() {
        assert_eq!(with(None, &[("OTEL_SERVICE_NAME", "x")]).unwrap(), None);
        assert_eq!(with(Some(""), &[]).unwrap(), None);
        for off in [("OTEL_SDK_DISABLED", "TRUE"), ("OTEL_TRACES_EXPORTER", "none")] {
            assert_eq!(with(Some("http://collector:4318"), &[off]).unwrap(), None);
        }
    }

    #[test]
    fn the_path_is_added_to_the_common_address_only() {
        let endpoint = |base, set: &[(&str, &str)]| with(base, set).unwrap().unwrap().endpoint.to_string();
        assert_eq!(endpoint(Some("http://collector:4318/"), &[]), "http://collector:4318/v1/traces");
        assert_eq!(endpoint(Some("https://c/otlp"), &[]), "https://c/otlp/v1/traces");
        let own = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://other/in")];
        assert_eq!(endpoint(Some("http://collector:4318"), &own), "http://other/in");
    }

    #[test]
    fn what_would_be_passed_over_in_silence_is_refused() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
        ] {
            let fault = with(Some("http://collector:4318"), &[(name, value)]).unwrap_err();
            assert!(fault.to_string().contains(name) && fault.hint_text().is_some(), "{fault}");
        }
        let share = [("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "7")];
        assert!(with(Some("http://collector:4318"), &share).is_err());
        let fault = with(Some("ftp://user:secret@collector"), &[]).unwrap_err();
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }
}

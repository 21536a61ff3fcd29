//! Where corrected rows of a quarantine go.

use towpath_api::workbench::Landing;
use towpath_engine::entry;
use towpath_model::pipeline::Role;
use towpath_model::{Fault, WriteMode};

use super::bench::{Bench, spec_of, target_of};

impl Bench {
    /// Where rows of a node land that are corrected and go on by themselves; why they cannot.
    pub(super) fn landings(&self, text: &str, node: &str) -> Result<Vec<Landing>, Fault> {
        let gone = || Fault::config("the document of this version cannot be read any more");
        let spec = spec_of(text).ok_or_else(gone)?;
        let part = entry::part(&spec, node)?;
        let mut landings = Vec::new();
        for (name, destination) in part.nodes.iter().filter(|(_, node)| node.role == Role::Destination) {
            let (lands, usual) = (destination.landing.mode, spec.nodes[name].landing.mode);
            let connector = self.connector(&destination.kind).ok();
            let modes = connector.map(|known| known.spec().capabilities.write_modes.clone());
            if !modes.unwrap_or_default().contains(&lands) {
                return Err(Fault::config(format!(
                    "`{name}` is written as a whole every time, so rows cannot be added to it"
                ))
                .hint("correct the rows where they come from, and run the pipeline again"));
            }
            landings.push(Landing {
                node: name.clone(),
                target: target_of(destination),
                mode: usual.name().to_owned(),
                lands: lands.name().to_owned(),
                replaces: matches!(usual, WriteMode::Overwrite | WriteMode::Mirror),
            });
        }
        Ok(landings)
    }
}

//! Prints the holidays of a calendar: `calendar NYSE 2000 2050`. For `tools/calendars.py`.

#![expect(clippy::print_stdout, reason = "an example talks")]

use towpath_model::calendar::Calendars;

fn main() -> Result<(), String> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [name, first, last] = given.as_slice() else { return Err("give a calendar and two years".into()) };
    let calendar = Calendars::built_in().get(name).ok_or("unknown calendar")?;
    let year = |text: &str| text.parse::<i16>().map_err(|error| error.to_string());
    for year in year(first)?..=year(last)? {
        for (date, title) in calendar.holidays(year) {
            println!("{date} {title}");
        }
    }
    Ok(())
}

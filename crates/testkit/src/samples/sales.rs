//! A shop's sales as CSV, with the mistakes that exports have.
//!
//! About one row in two thousand is wrong: a quantity in words, a day that does not exist, a price with a comma. One in
//! five hundred stands in the file twice, the second time with a newer status.

use std::io::{self, Write};

use super::Dice;

const CUSTOMERS: [&str; 10] = [
    "Anaïs Brüder",
    "Bela Ōtani",
    "Chloé \"Coco\" Martin",
    "Dominik Wójcik",
    "Esra Yıldız",
    "Françoise L'Hôte",
    "Grüner Laden, Köln",
    "Håkon Ås",
    "Inès Ñandú",
    "Jo O'Neill",
];
const COUNTRIES: [&str; 6] = ["BE", "FR", "DE", "NL", "IT", "SE"];
const PRODUCTS: [(&str, u64); 8] = [
    ("kettle", 3990),
    ("lamp", 2450),
    ("mug", 890),
    ("notebook", 425),
    ("parasol", 7900),
    ("rug", 12_900),
    ("stool", 5400),
    ("vase", 1875),
];

/// Writes about `rows` sales of the year 2025, in order of time.
pub fn write(out: &mut impl Write, rows: u32) -> io::Result<()> {
    out.write_all(b"sale_id,sold_at,customer,country,product,quantity,unit_price,status\n")?;
    let mut dice = Dice::new(2025);
    for index in 0..rows {
        let minute = u64::from(index) * 365 * 24 * 60 / u64::from(rows.max(1));
        let mut at = time(minute);
        let (product, cents) = PRODUCTS[dice.below(PRODUCTS.len() as u64) as usize];
        let mut quantity = (1 + dice.below(9)).to_string();
        let mut price = format!("{}.{:02}", cents / 100, cents % 100);
        if dice.once_in(2000) {
            match dice.below(3) {
                0 => quantity = "a dozen".into(),
                1 => at = "2025-02-30T10:00:00".into(),
                _ => price = price.replace('.', ","),
            }
        }
        let customer = quoted(dice.pick(&CUSTOMERS));
        let country = dice.pick(&COUNTRIES);
        let status = dice.pick(&["paid", "paid", "paid", "open", "cancelled"]);
        let price = quoted(&price);
        let line = format!("{},{at},{customer},{country},{product},{quantity},{price}", 100_000 + index);
        writeln!(out, "{line},{status}")?;
        if dice.once_in(500) {
            writeln!(out, "{line},refunded")?;
        }
    }
    Ok(())
}

/// Minutes since the start of 2025 as a timestamp.
fn time(minute: u64) -> String {
    const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (mut day, minute) = (minute / 1440, minute % 1440);
    let mut month = 0;
    while day >= DAYS[month] {
        day -= DAYS[month];
        month += 1;
    }
    format!("2025-{:02}-{:02}T{:02}:{:02}:00", month + 1, day + 1, minute / 60, minute % 60)
}

/// A field of CSV.
fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sales_are_in_order_of_time_and_some_are_wrong() {
        let mut bytes = Vec::new();
        write(&mut bytes, 20_000).expect("a vector takes everything");
        let text = String::from_utf8(bytes).expect("the file is text");
        assert!(text.contains("\n100000,2025-01-01T00:00:00,"));
        assert!(text.contains("\n119999,2025-12-31T"));
        assert!(text.contains("a dozen") && text.contains("2025-02-30") && text.contains("\"8,90\""));
        let refunded = text.matches(",refunded\n").count();
        assert!((20..60).contains(&refunded), "{refunded} sales stand twice");
    }
}

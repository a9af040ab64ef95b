//! What spreadsheets leave where a value should be: errors of formulas, columns that were too narrow, and
//! numbers that lost their digits. None of it was meant.

/// What is wrong with a cell that a spreadsheet wrote, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct Spoilt {
    pub expected: &'static str,
    pub hint: &'static str,
}

/// Errors that do not end in `!` or `?`, in English and other languages.
const ERRORS: [&str; 8] = ["#N/A", "#NV", "#N/D", "#GETTING_DATA", "#DATEN_ABRUFEN", "#ND", "#N/B", "#I/T"];

/// Looks at the text of a cell; `is_text` if it is to be text, as numbers to dial are.
pub fn spoilt(cell: &str, is_text: bool) -> Option<Spoilt> {
    let cell = cell.trim();
    if is_error(cell) {
        let hint = "It is the error of a formula: correct it in the spreadsheet, or empty the cell.";
        return Some(Spoilt { expected: "a value", hint });
    }
    if cell.len() > 2 && cell.bytes().all(|byte| byte == b'#') {
        let hint = "The column was too narrow to show it: widen the column and save again.";
        return Some(Spoilt { expected: "a value", hint });
    }
    if is_text && is_scientific(cell) {
        let hint = "The spreadsheet took it for a number and its digits are lost: format the column as text, and \
                    type it again.";
        return Some(Spoilt { expected: "all its digits", hint });
    }
    None
}

/// `#REF!`, `#NAME?`, `#ÜBERLAUF!`, `#¿NOMBRE?`, `Err:502`: the form is the same in every language.
fn is_error(cell: &str) -> bool {
    if ERRORS.iter().any(|known| known.eq_ignore_ascii_case(cell)) {
        return true;
    }
    if let Some(number) = cell.strip_prefix("Err:") {
        return number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    }
    let Some(name) = cell.strip_prefix('#').and_then(|rest| rest.strip_suffix(['!', '?'])) else { return false };
    let name = name.trim_start_matches(['¡', '¿']);
    name.chars().any(char::is_uppercase) && name.chars().all(|c| c.is_uppercase() || "/0_ ".contains(c))
}

/// `4.9E+11`, `4,93E+11`, `1E+15`: as spreadsheets write large numbers.
fn is_scientific(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, exponent)) = cell.split_once(['E', 'e']) else { return false };
    let number = number.strip_prefix(['+', '-']).unwrap_or(number);
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or_default();
    whole.len() == 1 && digits(whole) && digits(fraction) && exponent.len() >= 2 && digits(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_formulas_are_no_values() {
        for cell in [
            "#N/A",
            "#REF!",
            "#DIV/0!",
            "#VALUE!",
            "#NAME?",
            "#NULL!",
            "#NUM!",
            "#SPILL!",
            "#CALC!",
            "#FIELD!",
            "#BLOCKED!",
            "#CONNECT!",
            "#UNKNOWN!",
            "#GETTING_DATA",
            "#NV",
            "#BEZUG!",
            "#WERT!",
            "#ZAHL!",
            "#ÜBERLAUF!",
            "#KALK!",
            "#FELD!",
            "#DATEN_ABRUFEN",
            "#VALEUR!",
            "#NOM?",
            "#NOMBRE!",
            "#¡VALOR!",
            "#¿NOMBRE?",
            "#¡REF!",
            "#RIF!",
            "#N/D",
            "#VALORE!",
            "Err:502",
            "Err:508",
            "#n/a",
            " #REF! ",
            "###",
            "########",
        ] {
            assert!(spoilt(cell, false).is_some(), "{cell}");
        }
        for cell in ["", "#", "##", "#1", "# Notes!", "Hello!", "#Sales", "#sales!", "Err: 5", "N/A", "REF!", "*#1"] {
            assert_eq!(spoilt(cell, true), None, "{cell}");
        }
    }

    #[test]
    fn numbers_without_their_digits_are_no_text() {
        for cell in ["4.9E+11", "4,93E+11", "1E+15", "4.90301E+11", "-4.9E+11", "4.9e+11", "1.2E-05"] {
            assert!(spoilt(cell, true).is_some() && spoilt(cell, false).is_none(), "{cell}");
        }
        for cell in ["49E11", "1E5", "0004f2000000", "00E+05", "E+11", "4.9E+", "4.9E+1", "+49301", "Route 1E+2b"] {
            assert_eq!(spoilt(cell, true), None, "{cell}");
        }
    }
}

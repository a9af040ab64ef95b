//! Names for the people of the demo company.

pub(super) const FIRST: [&str; 40] = [
    "Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "John", "Karen", "Dennis", "Margaret", "Ken",
    "Radia", "Linus", "Hedy", "Claude", "Annie", "Tim", "Joan", "Niklaus", "Evelyn", "Leslie", "Jean", "Tony", "Mary",
    "Robin", "Sophie", "Guido", "Adele", "Bjarne", "Shafi", "Vint", "Lynn", "Seán", "Anita", "Jürgen", "Zoë", "Håkan",
    "Inês", "Chloé",
];

pub(super) const LAST: [&str; 40] = [
    "Lovelace",
    "Hopper",
    "Turing",
    "Dijkstra",
    "Liskov",
    "Knuth",
    "Allen",
    "Backus",
    "Jones",
    "Ritchie",
    "Hamilton",
    "Thompson",
    "Perlman",
    "Torvalds",
    "Lamarr",
    "Shannon",
    "Easley",
    "Berners",
    "Clarke",
    "Wirth",
    "Boyd",
    "Lamport",
    "Bartik",
    "Hoare",
    "Jackson",
    "Milner",
    "Wilson",
    "Rossum",
    "Goldberg",
    "Stroustrup",
    "Goldwasser",
    "Cerf",
    "Conway",
    "O'Brien",
    "Borg",
    "Schmidhuber",
    "Müller",
    "Lindström",
    "Daubechies",
    "Dupré",
];

pub(super) const DEPARTMENTS: [&str; 5] = ["Sales", "Support", "Accounting", "Warehouse", "Management"];

/// Vendor, model, template and firmware.
pub(super) const PHONES: [(&str, &str, &str, &str); 6] = [
    ("Yealink", "T54W", "yealinkT5x.ph.xml", "96.86.0.118"),
    ("Yealink", "T46U", "yealinkT4x.ph.xml", "108.86.0.118"),
    ("Fanvil", "X4U", "fanvil.ph.xml", "2.12.4"),
    ("Snom", "D735", "snomD7xx.ph.xml", "10.1.184.15"),
    ("Snom", "D865", "snomD8xx.ph.xml", "10.1.184.15"),
    ("Grandstream", "GXP2170", "grandstreamGXP.ph.xml", "1.0.13.7"),
];

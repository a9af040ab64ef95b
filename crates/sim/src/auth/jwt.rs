//! Tokens as a PBX makes them: JWTs signed with ES256, with the claims seen live.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value as Json, json};

use super::Principal;

/// What tokens have been seen to carry besides the role of whoever has them.
const APP_ROLES: [&str; 4] = ["App", "Reports", "CallFlowApp", "MyPhone"];
/// What tokens of users carry, and those of administrators and owners besides.
const USER_ROLES: [&str; 5] = ["MyUser", "Local", "SingleCompany", "Paid", "Enterprise"];
const ADMIN_ROLES: [&str; 7] =
    ["Reports", "PhoneSystemAdmin", "Groups.Create", "Users", "Trunks", "Admin", "Apps.ReadWrite"];
const OWNER_ROLES: [&str; 2] = ["GlobalAdmin", "MachineAdmin"];

#[derive(Debug)]
pub(crate) struct Signer {
    key: EcdsaKeyPair,
    key_id: String,
    random: SystemRandom,
}

impl Signer {
    /// A signer with a new key.
    pub fn new() -> Result<Signer, ring::error::Unspecified> {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)?;
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random);
        let key = key.map_err(|_| ring::error::Unspecified)?;
        let key_id = random_text(&random)?;
        Ok(Signer { key, key_id, random })
    }

    pub fn token(
        &self,
        principal: &Principal,
        issuer: &str,
        now: i64,
        lifetime: i64,
    ) -> Result<String, ring::error::Unspecified> {
        let mut claims = json!({
            "sub": principal.name, "scope": "xapi", "aud": "/api", "iss": issuer, "role": roles(principal),
            "iat": now, "nbf": now, "exp": now.saturating_add(lifetime), "jti": random_text(&self.random)?,
        });
        if principal.user {
            claims["MaxRole"] = principal.role.as_str().into();
        }
        self.signed("at+jwt", &claims)
    }

    /// A token that is only good for getting others.
    pub fn refresh_token(
        &self,
        number: &str,
        issuer: &str,
        now: i64,
        lifetime: i64,
    ) -> Result<String, ring::error::Unspecified> {
        let claims = json!({
            "sub": number, "iss": issuer, "iat": now, "nbf": now, "exp": now.saturating_add(lifetime),
            "jti": random_text(&self.random)?,
        });
        self.signed("JWT", &claims)
    }

    fn signed(&self, kind: &str, claims: &Json) -> Result<String, ring::error::Unspecified> {
        let header = json!({ "alg": "ES256", "kid": self.key_id, "typ": kind });
        let signed =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.key.sign(&self.random, signed.as_bytes())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }
}

/// The roles that a token carries. (Seen live.)
fn roles(principal: &Principal) -> Vec<&str> {
    if !principal.user {
        return APP_ROLES.into_iter().chain([principal.role.as_str()]).collect();
    }
    let is_owner = principal.role == "system_owners";
    let admin = if is_owner || principal.role == "system_admins" { &ADMIN_ROLES[..] } else { &[] };
    let owner = if is_owner { &OWNER_ROLES[..] } else { &[] };
    USER_ROLES.iter().chain(admin).chain(owner).copied().collect()
}

/// A secret that cannot be guessed.
pub(crate) fn random_secret() -> Result<String, ring::error::Unspecified> {
    random_text(&SystemRandom::new())
}

/// Sixteen random bytes as text.
fn random_text(random: &SystemRandom) -> Result<String, ring::error::Unspecified> {
    let mut bytes = [0; 16];
    random.fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

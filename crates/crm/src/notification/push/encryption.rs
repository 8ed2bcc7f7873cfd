//! Messages that one browser alone can read (RFC 8291, in one record of RFC 8188): sealed by a key that is agreed on between a
//! key pair made for this message and the browser's, and that a secret of the browser's goes into.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use dealwright_kernel::{Error, Result};

/// The largest record: what every push service takes (RFC 8030, section 7.2).
const RECORD: u32 = 4096;
/// What messages are filled up to a multiple of, so that their length says little.
const STEP: usize = 512;
const SALT: usize = 16;
/// An uncompressed point of P-256.
pub(super) const POINT: usize = 65;
/// The secret that a browser shares with us.
pub(super) const SECRET: usize = 16;
const KEY: usize = 16;
const NONCE: usize = 12;

/// A message as its push service is given it.
///
/// # Errors
/// Internal, when the browser's key is no point of the curve, or the message is too long.
pub(super) fn seal(message: &[u8], p256dh: &[u8], auth: &[u8]) -> Result<Vec<u8>> {
    let mut salt = [0; SALT];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| Error::internal("no randomness"))?;
    let ours = PrivateKey::generate(&ECDH_P256).map_err(|_| Error::internal("no randomness"))?;
    let filled = (message.len() + 1).next_multiple_of(STEP);
    seal_with(&ours, salt, message, filled, p256dh, auth)
}

/// `filled` is how long the message is with its mark and what fills it up.
fn seal_with(
    ours: &PrivateKey,
    salt: [u8; SALT],
    message: &[u8],
    filled: usize,
    p256dh: &[u8],
    auth: &[u8],
) -> Result<Vec<u8>> {
    let refused = |what: &'static str| move |_| Error::internal(what);
    let public = ours.compute_public_key().map_err(refused("a key pair without a public key"))?;
    let public = public.as_ref();
    let theirs = UnparsedPublicKey::new(&ECDH_P256, p256dh);
    let agreed = agree(ours, theirs, Error::internal("a browser's key is none"), |secret| Ok(secret.to_vec()))?;

    let about = [b"WebPush: info\0".as_slice(), p256dh, public].concat();
    let secret: [u8; 32] = derive(auth, &agreed, &about)?;
    let key: [u8; KEY] = derive(&salt, &secret, b"Content-Encoding: aes128gcm\0")?;
    let nonce: [u8; NONCE] = derive(&salt, &secret, b"Content-Encoding: nonce\0")?;

    // 2 marks the last record; what follows it fills up.
    let mut body = [message, &[2]].concat();
    body.resize(filled.max(body.len()), 0);
    let key = UnboundKey::new(&AES_128_GCM, &key).map_err(refused("a key has 16 bytes"))?;
    LessSafeKey::new(key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut body)
        .map_err(refused("a message could not be sealed"))?;
    let length = u8::try_from(public.len()).map_err(Error::internal)?;
    let sealed = [salt.as_slice(), &RECORD.to_be_bytes(), &[length], public, &body].concat();
    if u32::try_from(sealed.len()).map_err(Error::internal)? > RECORD {
        return Err(Error::internal("a message is too long for a push service"));
    }
    Ok(sealed)
}

/// HKDF by SHA-256 (RFC 5869).
fn derive<const N: usize>(salt: &[u8], secret: &[u8], about: &[u8]) -> Result<[u8; N]> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut out = [0; N];
    let prk = Salt::new(HKDF_SHA256, salt).extract(secret);
    prk.expand(&[about], Length(N))
        .and_then(|okm| okm.fill(&mut out))
        .map_err(|_| Error::internal("a key could not be derived"))?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// The example of RFC 8291, section 5 and appendix A.
    #[test]
    fn it_seals_as_the_standard_says() {
        let ours =
            PrivateKey::from_private_key(&ECDH_P256, &bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let p256dh = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let auth = bytes("BTBZMqHH6r4Tts7J_aSIgg");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let message = b"When I grow up, I want to be a watermelon";
        let sealed = seal_with(&ours, salt, message, 0, &p256dh, &auth).unwrap();
        assert_eq!(
            URL_SAFE_NO_PAD.encode(sealed),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn a_messages_length_says_little_and_one_that_is_too_long_is_refused() {
        let p256dh = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let of = |message: &[u8]| seal(message, &p256dh, &[1; SECRET]);
        let header = SALT + 4 + 1 + POINT;
        assert_eq!(of(b"").unwrap().len(), header + STEP + 16);
        assert_eq!(of(&[7; 500]).unwrap().len(), header + STEP + 16);
        assert_eq!(of(&[7; 512]).unwrap().len(), header + 2 * STEP + 16);
        assert_ne!(of(b"one").unwrap(), of(b"one").unwrap(), "key and salt are new each time");
        assert!(of(&[7; 4000]).is_err());
        assert!(seal(b"", &[4; POINT], &[1; SECRET]).is_err(), "no point of the curve");
        assert!(seal(b"", b"", &[1; SECRET]).is_err());
    }
}

use sharepact_runtime::ChainError;

use super::*;

/// Made with ethers.js from the key 0x46…46 of EIP-155.
const KNOWN: &str = r#"{"address":"9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f","id":"95b6b3c6-b1ca-4def-a271-f57fbd4ec750",
"version":3,"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"4bd16ba3fdb723e955d83bd805c31de9"},
"ciphertext":"6bdd3a9f5418b2000fef51db7553a6aac392a52ecb1205314c440ad266526580","kdf":"scrypt","kdfparams":
{"salt":"b20a4c676bba92f3c914128cd5ce0179f23bb92624edebf05ee85c69eb575164","n":4096,"dklen":32,"p":1,"r":8},
"mac":"0690affe0e3bcb9a3695b9c3f367eb2e9cddd9a0b2eaf85b9f489fe771b1ce86"}}"#;
const PASSWORD: &str = "correct horse battery staple";
const ADDRESS: &str = "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F";
const KEY: &str = "4646464646464646464646464646464646464646464646464646464646464646";

/// A keystore in a folder; the folder has to outlive it.
fn kept(json: &str, password: &str) -> (tempfile::TempDir, Keystore) {
    let folder = tempfile::tempdir().unwrap();
    let (file, secret) = (folder.path().join("json"), folder.path().join("password"));
    std::fs::write(&file, json).unwrap();
    std::fs::write(&secret, password).unwrap();
    let keystore = Keystore::new(Vault::File(file), Vault::File(secret));
    (folder, keystore)
}

#[tokio::test]
async fn a_keystore_of_another_program_opens() {
    for password in [PASSWORD.to_owned(), format!("{PASSWORD}\n")] {
        let (_folder, keystore) = kept(KNOWN, &password);
        assert_eq!(keystore.address().await.unwrap().as_str(), ADDRESS);
    }
}

#[tokio::test]
async fn a_new_keystore_opens_with_its_password_alone() {
    let created = Keystore::create(PASSWORD).unwrap();
    let (_folder, keystore) = kept(&created.json, PASSWORD);
    assert_eq!(keystore.address().await.unwrap(), created.address);
    let other = Keystore::create(PASSWORD).unwrap();
    assert_ne!(other.address, created.address);

    let (folder, keystore) = kept(&created.json, "another password");
    let error = keystore.address().await.unwrap_err();
    assert!(matches!(error, ChainError::Unusable(_)), "{error}");
    assert!(!error.to_string().contains("another password"), "{error}");
    // What failed is tried again when it is needed again.
    std::fs::write(folder.path().join("password"), PASSWORD).unwrap();
    assert_eq!(keystore.address().await.unwrap(), created.address);
}

#[tokio::test]
async fn the_key_is_shown_nowhere() {
    let (_folder, keystore) = kept(KNOWN, PASSWORD);
    let signature = keystore.sign(&[1; 32]).await.unwrap();
    let shown = format!(
        "{keystore:?} {signature:?} {:?}",
        keystore.key().await.unwrap()
    );
    for secret in [KEY, PASSWORD, "70, 70, 70, 70"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn a_short_password_makes_no_keystore() {
    let error = Keystore::create("nineteen characters").unwrap_err();
    assert!(error.to_string().contains("at least 20"), "{error}");
}

#[tokio::test]
async fn what_is_no_keystore_is_not_opened() {
    for json in [
        String::new(),
        KEY.to_owned(),
        "{}".to_owned(),
        KNOWN.replace("\"version\":3", "\"version\":1"),
        KNOWN.replace("aes-128-ctr", "aes-128-cbc"),
        KNOWN.replace("\"scrypt\"", "\"pbkdf2\""),
        KNOWN.replace("4096", "4097"),
        KNOWN.replace("4096", "1073741824"),
        KNOWN.replace("\"r\":8", "\"r\":1073741824"),
        KNOWN.replace("\"dklen\":32", "\"dklen\":16"),
        KNOWN.replace("4bd16ba3", ""),
        KNOWN.replace("6bdd3a9f", ""),
        KNOWN.replace("0690affe", "0690affd"),
    ] {
        let (_folder, keystore) = kept(&json, PASSWORD);
        let error = keystore.address().await.unwrap_err();
        assert!(matches!(error, ChainError::Unusable(_)), "{json}: {error}");
        assert!(!error.to_string().contains(KEY), "{error}");
    }
    let nowhere = || Vault::File("/nowhere/key.json".into());
    let error = Keystore::new(nowhere(), nowhere())
        .address()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("/nowhere/key.json"), "{error}");
}

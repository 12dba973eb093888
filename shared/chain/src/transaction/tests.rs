use ethers_core::types::H256;
use ethers_signers::{LocalWallet, Signer as _};
use sharepact_domain::chain::Message;
use sharepact_domain::wallet::Address;
use sharepact_runtime::Asked;

use super::*;
use crate::Signature;

/// The key of the example of EIP-155; `claimed` is the address that it says it has.
struct Known {
    claimed: Option<Address>,
}

fn wallet() -> LocalWallet {
    LocalWallet::from_bytes(&[0x46; 32]).unwrap()
}

impl Signer for Known {
    fn address(&self) -> Asked<'_, Address> {
        Box::pin(async {
            match &self.claimed {
                Some(claimed) => Ok(claimed.clone()),
                None => address(&wallet().address()),
            }
        })
    }

    fn sign<'a>(&'a self, digest: &'a [u8; 32]) -> Asked<'a, Signature> {
        Box::pin(async {
            let signature = wallet().sign_hash(H256(*digest)).unwrap();
            let (mut r, mut s) = ([0; 32], [0; 32]);
            signature.r.to_big_endian(&mut r);
            signature.s.to_big_endian(&mut s);
            let odd = signature.v == 28;
            Ok(Signature { r, s, odd })
        })
    }
}

fn transfer() -> Unsigned {
    Unsigned {
        chain_id: 1,
        nonce: 0,
        message: Message {
            to: Address::parse("0x2c7536E3605D9C16a7a3D7b1898e529396a65c23").unwrap(),
            value: Wei::parse_ether("1").unwrap(),
            data: Vec::new(),
        },
        gas: 21_000,
        fees: Fees {
            max: Wei::gwei(30),
            priority: Wei::gwei(1),
        },
    }
}

fn anchoring() -> Unsigned {
    Unsigned {
        chain_id: 31_337,
        nonce: 1_025,
        message: Message {
            to: Address::parse("0x5FbDB2315678afecb367f032d93F642f64180aa3").unwrap(),
            value: Wei::default(),
            data: [&[0xee, 0xcd, 0xf9, 0x27][..], &[0x5e; 32]].concat(),
        },
        gas: 55_296,
        fees: Fees {
            max: Wei::new(3_000_000_001),
            priority: Wei::new(1),
        },
    }
}

/// The bytes and the hashes are those of ethers.js.
#[tokio::test]
async fn the_encoding_is_that_of_another_implementation() {
    for (unsigned, raw, hash) in [
        (
            transfer(),
            "02f8730180843b9aca008506fc23ac00825208942c7536e3605d9c16a7a3d7b1898e529396a65c23880de0b6b3a764000080c0\
             80a001c03720b795117abeaf08b0ee46934df398396387a04c6885a6dddfdefead6ca060a298663d5a01387772c6584866ba15\
             9aebfa8a6b52a0f5e063807e85dba037",
            "1111b782fa8dd6931af3662f29b2c772628accaff7c160ba9718fef4d1d54895",
        ),
        (
            anchoring(),
            "02f88e827a698204010184b2d05e0182d800945fbdb2315678afecb367f032d93f642f64180aa380a4eecdf9275e5e5e5e5e5e\
             5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5ec001a0da8c0107277831c90c23195ba87239c259d9d8b06e8a\
             21ad5195081756f4a47ca06f5d318f7ba795dd7e642e7f29221b0ee4da558c594dcea955b5c6c3d0f987cb",
            "6de6aef7355ce3b47b4ce2d688631fb26882238c2fef06396a128b9ee085313e",
        ),
    ] {
        let request = of(&unsigned).unwrap();
        let signed = signed(request, &Known { claimed: None }).await.unwrap();
        assert_eq!(ethers_core::utils::hex::encode(&signed.raw), raw);
        assert_eq!(signed.hash.to_string(), format!("0x{hash}"));
    }
}

#[tokio::test]
async fn whoever_signs_for_another_address_signs_nothing() {
    let claimed = Some(transfer().message.to);
    let request = of(&transfer()).unwrap();
    let error = signed(request, &Known { claimed }).await.err().unwrap();
    assert!(matches!(error, ChainError::Unusable(_)), "{error}");
}

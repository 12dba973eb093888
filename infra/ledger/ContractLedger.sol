// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The registry of the roots that Sharepact's events are anchored under.
/// @notice A root is that of a Merkle tree over hashes of events: nothing else is ever given to this contract. Whoever
/// holds an event and its way up to the root sees here that the event was there when that block was made.
contract ContractLedger {
    /// @notice The number of the block in which a root was noted; zero for a root that never was.
    mapping(bytes32 root => uint256 number) public anchoredAt;

    /// @notice Who may anchor.
    address public owner;

    /// @notice Who has been offered that right and has not taken it yet; zero where nobody has.
    address public pendingOwner;

    /// @notice A root was noted, for the first and only time.
    event Anchored(bytes32 indexed root);

    /// @notice The right to anchor was offered, or an offer withdrawn (to the zero address).
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);

    /// @notice The right to anchor has gone over.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    /// @notice Only the owner may do this.
    error NotOwner(address caller);

    /// @notice Only the address that has been offered the ownership may take it.
    error NotPendingOwner(address caller);

    modifier onlyOwner() {
        if (msg.sender != owner) revert NotOwner(msg.sender);
        _;
    }

    constructor() {
        owner = msg.sender;
        emit OwnershipTransferred(address(0), msg.sender);
    }

    /// @notice Notes a root. Noting it again changes nothing, so that a transaction may be sent twice.
    function anchor(bytes32 root) external onlyOwner {
        if (anchoredAt[root] != 0) return;
        anchoredAt[root] = block.number;
        emit Anchored(root);
    }

    /// @notice Offers the ownership to an address, which has to take it; the zero address withdraws an offer. Until it
    /// is taken, everything stays as it is: an address nobody has the key of never becomes the owner.
    function transferOwnership(address newOwner) external onlyOwner {
        pendingOwner = newOwner;
        emit OwnershipTransferStarted(owner, newOwner);
    }

    /// @notice Takes the ownership that was offered.
    function acceptOwnership() external {
        if (msg.sender != pendingOwner) revert NotPendingOwner(msg.sender);
        emit OwnershipTransferred(owner, msg.sender);
        owner = msg.sender;
        delete pendingOwner;
    }
}

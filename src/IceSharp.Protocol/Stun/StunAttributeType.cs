namespace IceSharp.Protocol.Stun;

/// <summary>Attribute type numbers. Any 16-bit value may occur; below 0x8000 a receiver must know it (comprehension-required, RFC 8489 §14).</summary>
public enum StunAttributeType : ushort
{
    /// <summary>Reserved.</summary>
    None = 0x0000,

    /// <summary>MAPPED-ADDRESS (RFC 8489 §14.1).</summary>
    MappedAddress = 0x0001,

    /// <summary>CHANGE-REQUEST (RFC 5780 §7.2).</summary>
    ChangeRequest = 0x0003,

    /// <summary>USERNAME (RFC 8489 §14.3).</summary>
    Username = 0x0006,

    /// <summary>MESSAGE-INTEGRITY (RFC 8489 §14.5).</summary>
    MessageIntegrity = 0x0008,

    /// <summary>ERROR-CODE (RFC 8489 §14.8).</summary>
    ErrorCode = 0x0009,

    /// <summary>UNKNOWN-ATTRIBUTES (RFC 8489 §14.13).</summary>
    UnknownAttributes = 0x000A,

    /// <summary>CHANNEL-NUMBER (RFC 8656 §18.1).</summary>
    ChannelNumber = 0x000C,

    /// <summary>LIFETIME (RFC 8656 §18.2).</summary>
    Lifetime = 0x000D,

    /// <summary>XOR-PEER-ADDRESS (RFC 8656 §18.3).</summary>
    XorPeerAddress = 0x0012,

    /// <summary>DATA (RFC 8656 §18.4).</summary>
    Data = 0x0013,

    /// <summary>REALM (RFC 8489 §14.9).</summary>
    Realm = 0x0014,

    /// <summary>NONCE (RFC 8489 §14.10).</summary>
    Nonce = 0x0015,

    /// <summary>XOR-RELAYED-ADDRESS (RFC 8656 §18.5).</summary>
    XorRelayedAddress = 0x0016,

    /// <summary>REQUESTED-ADDRESS-FAMILY (RFC 8656 §18.6).</summary>
    RequestedAddressFamily = 0x0017,

    /// <summary>EVEN-PORT (RFC 8656 §18.7).</summary>
    EvenPort = 0x0018,

    /// <summary>REQUESTED-TRANSPORT (RFC 8656 §18.8).</summary>
    RequestedTransport = 0x0019,

    /// <summary>DONT-FRAGMENT (RFC 8656 §18.9).</summary>
    DontFragment = 0x001A,

    /// <summary>ACCESS-TOKEN (RFC 7635 §6.2).</summary>
    AccessToken = 0x001B,

    /// <summary>MESSAGE-INTEGRITY-SHA256 (RFC 8489 §14.6).</summary>
    MessageIntegritySha256 = 0x001C,

    /// <summary>PASSWORD-ALGORITHM (RFC 8489 §14.12).</summary>
    PasswordAlgorithm = 0x001D,

    /// <summary>USERHASH (RFC 8489 §14.4).</summary>
    UserHash = 0x001E,

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 §14.2).</summary>
    XorMappedAddress = 0x0020,

    /// <summary>RESERVATION-TOKEN (RFC 8656 §18.10).</summary>
    ReservationToken = 0x0022,

    /// <summary>PRIORITY (RFC 8445 §7.1.1).</summary>
    Priority = 0x0024,

    /// <summary>USE-CANDIDATE (RFC 8445 §7.1.2).</summary>
    UseCandidate = 0x0025,

    /// <summary>PADDING (RFC 5780 §7.6).</summary>
    Padding = 0x0026,

    /// <summary>RESPONSE-PORT (RFC 5780 §7.5).</summary>
    ResponsePort = 0x0027,

    /// <summary>CONNECTION-ID (RFC 6062 §6.2.1).</summary>
    ConnectionId = 0x002A,

    /// <summary>ADDITIONAL-ADDRESS-FAMILY (RFC 8656 §18.11).</summary>
    AdditionalAddressFamily = 0x8000,

    /// <summary>ADDRESS-ERROR-CODE (RFC 8656 §18.12).</summary>
    AddressErrorCode = 0x8001,

    /// <summary>PASSWORD-ALGORITHMS (RFC 8489 §14.11).</summary>
    PasswordAlgorithms = 0x8002,

    /// <summary>ALTERNATE-DOMAIN (RFC 8489 §14.16).</summary>
    AlternateDomain = 0x8003,

    /// <summary>ICMP (RFC 8656 §18.13).</summary>
    Icmp = 0x8004,

    /// <summary>SOFTWARE (RFC 8489 §14.14).</summary>
    Software = 0x8022,

    /// <summary>ALTERNATE-SERVER (RFC 8489 §14.15).</summary>
    AlternateServer = 0x8023,

    /// <summary>CACHE-TIMEOUT: registered by RFC 5780, whose final text gives it no meaning.</summary>
    CacheTimeout = 0x8027,

    /// <summary>FINGERPRINT (RFC 8489 §14.7).</summary>
    Fingerprint = 0x8028,

    /// <summary>ICE-CONTROLLED (RFC 8445 §7.1.3).</summary>
    IceControlled = 0x8029,

    /// <summary>ICE-CONTROLLING (RFC 8445 §7.1.3).</summary>
    IceControlling = 0x802A,

    /// <summary>RESPONSE-ORIGIN (RFC 5780 §7.3).</summary>
    ResponseOrigin = 0x802B,

    /// <summary>OTHER-ADDRESS (RFC 5780 §7.4).</summary>
    OtherAddress = 0x802C,

    /// <summary>THIRD-PARTY-AUTHORIZATION (RFC 7635 §6.1).</summary>
    ThirdPartyAuthorization = 0x802E,

    /// <summary>MOBILITY-TICKET (RFC 8016 §3.3).</summary>
    MobilityTicket = 0x8030,

    /// <summary>Nomination: which of several nominations is the newest, in checks between agents that both announce <c>renomination</c>. No RFC.</summary>
    Nomination = 0xC001,

    /// <summary>GOOG-NETWORK-INFO: ID and cost of the network that a check leaves by. Registered, no RFC.</summary>
    GoogNetworkInfo = 0xC057,

    /// <summary>GOOG-LAST-ICE-CHECK-RECEIVED: the transaction ID of a check that arrived. Registered, no RFC.</summary>
    GoogLastIceCheckReceived = 0xC058,

    /// <summary>GOOG-MISC-INFO: a list of 16-bit numbers, the first of which is a version. Registered, no RFC.</summary>
    GoogMiscInfo = 0xC059,

    /// <summary>GOOG-DELTA, opaque. Registered, no RFC.</summary>
    GoogDelta = 0xC05C,

    /// <summary>GOOG-DELTA-ACK, opaque. Registered, no RFC.</summary>
    GoogDeltaAck = 0xC05D,

    /// <summary>GOOG-MESSAGE-INTEGRITY-32: the first 4 bytes of an HMAC. Registered, no RFC; this library neither checks nor writes one.</summary>
    GoogMessageIntegrity32 = 0xC060,

    /// <summary>How often a request was sent before, as some clients count. No RFC.</summary>
    RetransmitCount = 0xFF00,
}

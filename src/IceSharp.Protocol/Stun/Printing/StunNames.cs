using System.Globalization;

namespace IceSharp.Protocol.Stun.Printing;

/// <summary>Names as the RFCs spell them; a number where there is none.</summary>
internal static class StunNames
{
    public static string Of(StunClass @class) => @class switch
    {
        StunClass.Request => "request",
        StunClass.Indication => "indication",
        StunClass.SuccessResponse => "success response",
        _ => "error response",
    };

    public static string Of(StunMethod method) =>
        method != StunMethod.None && Enum.IsDefined(method) ? method.ToString() : string.Create(CultureInfo.InvariantCulture, $"method 0x{(ushort)method:X3}");

    public static string Of(StunAttributeType type) => type switch
    {
        StunAttributeType.MappedAddress => "MAPPED-ADDRESS",
        StunAttributeType.ChangeRequest => "CHANGE-REQUEST",
        StunAttributeType.Username => "USERNAME",
        StunAttributeType.MessageIntegrity => "MESSAGE-INTEGRITY",
        StunAttributeType.ErrorCode => "ERROR-CODE",
        StunAttributeType.UnknownAttributes => "UNKNOWN-ATTRIBUTES",
        StunAttributeType.ChannelNumber => "CHANNEL-NUMBER",
        StunAttributeType.Lifetime => "LIFETIME",
        StunAttributeType.XorPeerAddress => "XOR-PEER-ADDRESS",
        StunAttributeType.Data => "DATA",
        StunAttributeType.Realm => "REALM",
        StunAttributeType.Nonce => "NONCE",
        StunAttributeType.XorRelayedAddress => "XOR-RELAYED-ADDRESS",
        StunAttributeType.RequestedAddressFamily => "REQUESTED-ADDRESS-FAMILY",
        StunAttributeType.EvenPort => "EVEN-PORT",
        StunAttributeType.RequestedTransport => "REQUESTED-TRANSPORT",
        StunAttributeType.DontFragment => "DONT-FRAGMENT",
        StunAttributeType.AccessToken => "ACCESS-TOKEN",
        StunAttributeType.MessageIntegritySha256 => "MESSAGE-INTEGRITY-SHA256",
        StunAttributeType.PasswordAlgorithm => "PASSWORD-ALGORITHM",
        StunAttributeType.UserHash => "USERHASH",
        StunAttributeType.XorMappedAddress => "XOR-MAPPED-ADDRESS",
        StunAttributeType.ReservationToken => "RESERVATION-TOKEN",
        StunAttributeType.Priority => "PRIORITY",
        StunAttributeType.UseCandidate => "USE-CANDIDATE",
        StunAttributeType.Padding => "PADDING",
        StunAttributeType.ResponsePort => "RESPONSE-PORT",
        StunAttributeType.ConnectionId => "CONNECTION-ID",
        StunAttributeType.AdditionalAddressFamily => "ADDITIONAL-ADDRESS-FAMILY",
        StunAttributeType.AddressErrorCode => "ADDRESS-ERROR-CODE",
        StunAttributeType.PasswordAlgorithms => "PASSWORD-ALGORITHMS",
        StunAttributeType.AlternateDomain => "ALTERNATE-DOMAIN",
        StunAttributeType.Icmp => "ICMP",
        StunAttributeType.Software => "SOFTWARE",
        StunAttributeType.AlternateServer => "ALTERNATE-SERVER",
        StunAttributeType.Fingerprint => "FINGERPRINT",
        StunAttributeType.IceControlled => "ICE-CONTROLLED",
        StunAttributeType.IceControlling => "ICE-CONTROLLING",
        StunAttributeType.ResponseOrigin => "RESPONSE-ORIGIN",
        StunAttributeType.OtherAddress => "OTHER-ADDRESS",
        StunAttributeType.ThirdPartyAuthorization => "THIRD-PARTY-AUTHORIZATION",
        StunAttributeType.MobilityTicket => "MOBILITY-TICKET",
        StunAttributeType.CacheTimeout => "CACHE-TIMEOUT",
        StunAttributeType.Nomination => "nomination",
        StunAttributeType.GoogNetworkInfo => "GOOG-NETWORK-INFO",
        StunAttributeType.GoogLastIceCheckReceived => "GOOG-LAST-ICE-CHECK-RECEIVED",
        StunAttributeType.GoogMiscInfo => "GOOG-MISC-INFO",
        StunAttributeType.GoogDelta => "GOOG-DELTA",
        StunAttributeType.GoogDeltaAck => "GOOG-DELTA-ACK",
        StunAttributeType.GoogMessageIntegrity32 => "GOOG-MESSAGE-INTEGRITY-32",
        StunAttributeType.RetransmitCount => "retransmit count",

        // Names of drafts and of RFC 3489 that are reserved now: seen from old peers, and not understood.
        (StunAttributeType)0x0002 => "RESPONSE-ADDRESS (reserved)",
        (StunAttributeType)0x0004 => "SOURCE-ADDRESS (reserved)",
        (StunAttributeType)0x0005 => "CHANGED-ADDRESS (reserved)",
        (StunAttributeType)0x0007 => "PASSWORD (reserved)",
        (StunAttributeType)0x000B => "REFLECTED-FROM (reserved)",
        (StunAttributeType)0x0010 => "BANDWIDTH (reserved)",
        (StunAttributeType)0x0021 => "TIMER-VAL (reserved)",
        _ => string.Create(CultureInfo.InvariantCulture, $"0x{(ushort)type:X4}"),
    };
}

namespace IceSharp;

/// <summary>Why a line of SDP, or a whole description, drew an <see cref="SdpDiagnostic"/>.</summary>
public enum SdpReason
{
    /// <summary>The text or one of its lines is longer than the reader takes.</summary>
    TooLong,

    /// <summary>A control character, a tab or, in a candidate, anything outside of visible ASCII.</summary>
    InvalidCharacter,

    /// <summary>Not of the form "letter=value".</summary>
    NotAnSdpLine,

    /// <summary>Not the attribute that was asked for.</summary>
    AttributeName,

    /// <summary>Two spaces in a row, or a space where a field is due.</summary>
    EmptyField,

    /// <summary>The line ends before its obligatory fields do.</summary>
    MissingField,

    /// <summary>The foundation is not 1 to 32 ice-chars.</summary>
    Foundation,

    /// <summary>The component is not a number of up to three digits from 1 to 256.</summary>
    Component,

    /// <summary>The transport is no token.</summary>
    Transport,

    /// <summary>The priority is not a number of up to ten digits from 1 to 2^31 - 1.</summary>
    Priority,

    /// <summary>The address is neither an IP address literal nor a name.</summary>
    Address,

    /// <summary>The port is not a number from 0 to 65535.</summary>
    Port,

    /// <summary>The word "typ" or the candidate type behind it is missing or no token.</summary>
    CandidateType,

    /// <summary>The related address is missing or malformed.</summary>
    RelatedAddress,

    /// <summary>The related port is missing or not a number from 0 to 65535.</summary>
    RelatedPort,

    /// <summary>An extension's name stands without value, or one of the two is malformed.</summary>
    Extension,

    /// <summary>The candidate is empty, which browsers use for "no more candidates".</summary>
    EmptyCandidate,

    /// <summary>A transport other than UDP and TCP.</summary>
    UnknownTransport,

    /// <summary>A candidate type other than the four of RFC 8445.</summary>
    UnknownCandidateType,

    /// <summary>The address is a domain name (RFC 8839 §5.1: ignored).</summary>
    DomainName,

    /// <summary>The address is an mDNS name, and such names are not resolved.</summary>
    MdnsName,

    /// <summary>The address ends in ".local" but is not of the form UUID.local.</summary>
    UnsupportedLocalName,

    /// <summary>A TCP candidate without tcptype.</summary>
    TcpTypeMissing,

    /// <summary>A tcptype other than active, passive and so.</summary>
    TcpTypeUnknown,

    /// <summary>0.0.0.0 or :: as a candidate.</summary>
    UnspecifiedAddress,

    /// <summary>A multicast or broadcast address as a candidate.</summary>
    MulticastAddress,

    /// <summary>Port 0 on a candidate that has to receive.</summary>
    PortZero,

    /// <summary>The candidate's ufrag extension names another generation than the description's.</summary>
    OtherGeneration,

    /// <summary>A reflexive or relayed candidate without usable related address and port.</summary>
    RelatedAddressMissing,

    /// <summary>A related address on a host candidate.</summary>
    RelatedAddressOnHost,

    /// <summary>An active TCP candidate with a port other than 9; the port is ignored.</summary>
    ActiveTcpPort,

    /// <summary>A space at the end of the line.</summary>
    TrailingSpace,

    /// <summary>The attribute stands at session level but belongs to a media section, or the other way round.</summary>
    WrongLevel,

    /// <summary>The attribute stands in an offer but belongs to answers, or the other way round.</summary>
    WrongKind,

    /// <summary>The attribute repeats one of the same section; the first one counts.</summary>
    Repeated,

    /// <summary>The attribute is a flag but has a value.</summary>
    FlagValue,

    /// <summary>The username fragment is not 4 to 256 ice-chars.</summary>
    UsernameFragment,

    /// <summary>The password is not 22 to 256 ice-chars.</summary>
    Password,

    /// <summary>The option tags are not ice-chars, separated by single spaces.</summary>
    OptionTags,

    /// <summary>The pacing is not a number of 1 to 10 digits.</summary>
    Pacing,

    /// <summary>The remote candidates are not triples of component, address and port.</summary>
    RemoteCandidates,

    /// <summary>The identification of the section is no token.</summary>
    Mid,

    /// <summary>Two sections have the same identification.</summary>
    RepeatedMid,

    /// <summary>The <c>v=</c> line is missing, not the first or not version 0.</summary>
    Version,

    /// <summary>The <c>o=</c> line is malformed.</summary>
    Origin,

    /// <summary>The <c>m=</c> line is malformed; its section is taken as rejected.</summary>
    MediaLine,

    /// <summary>The <c>c=</c> line is missing or malformed.</summary>
    ConnectionLine,

    /// <summary>The <c>a=rtcp</c> line is malformed.</summary>
    RtcpLine,

    /// <summary>More than the reader keeps: the rest was skipped.</summary>
    LimitReached,

    /// <summary>A data stream has no ice-ufrag or no ice-pwd.</summary>
    NoCredentials,

    /// <summary>Two data streams share a username fragment but not the password (RFC 8839 §5.4).</summary>
    CredentialConflict,

    /// <summary>There is no <c>m=</c> section.</summary>
    NoMediaSection,
}

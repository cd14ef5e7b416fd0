namespace IceSharp.Protocol.Dns;

/// <summary>One rule that leads from a domain to a service (RFC 3403 §4.1).</summary>
/// <param name="Order">Lower ones come first.</param>
/// <param name="Preference">Lower ones come first among those of one order.</param>
/// <param name="Flags">What the replacement is: "S" names SRV records, "A" addresses, empty further NAPTR records.</param>
/// <param name="Services">The service and its protocols, for example "RELAY:turn.udp".</param>
/// <param name="Regexp">A substitution; empty where <paramref name="Replacement"/> is used, as S-NAPTR does.</param>
/// <param name="Replacement">The next name to look up; "." when there is none.</param>
public sealed record NaptrRecord(ushort Order, ushort Preference, string Flags, string Services, string Regexp, string Replacement);

namespace IceSharp.Protocol.Nat;

/// <summary>Which tests a <see cref="NatProbeMachine"/> makes.</summary>
[Flags]
public enum NatProbeTests
{
    /// <summary>Only test I: is there UDP, and what address does the server see.</summary>
    None = 0,

    /// <summary>When the NAT uses an external port again (RFC 5780 §4.3).</summary>
    Mapping = 1,

    /// <summary>Whose datagrams the NAT or firewall lets in (RFC 5780 §4.4). A negative answer takes a whole transaction, 39.5 s by default.</summary>
    Filtering = 2,

    /// <summary>Whether the NAT brings datagrams to its own outside back in (RFC 5780 §3.4).</summary>
    Hairpinning = 4,

    /// <summary>Whether datagrams larger than the MTU pass (RFC 5780 §3.5); makes the server send larger ones too.</summary>
    Fragments = 8,

    /// <summary>How long a mapping lives without traffic (RFC 5780 §4.6). Takes several times <see cref="NatProbeSettings.LongestLifetime"/>.</summary>
    BindingLifetime = 16,
}

namespace IceSharp;

/// <summary>Transport protocol of a candidate.</summary>
public enum IceTransport
{
    /// <summary>UDP.</summary>
    Udp,

    /// <summary>TCP (RFC 6544): parsed and kept, not yet used for checks.</summary>
    Tcp,
}

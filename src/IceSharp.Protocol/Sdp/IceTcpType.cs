namespace IceSharp;

/// <summary>Which end of a TCP candidate opens the connection (<c>tcptype</c>, RFC 6544 §4.5).</summary>
public enum IceTcpType
{
    /// <summary>Opens connections and accepts none ("active"); shown with port 9.</summary>
    Active,

    /// <summary>Accepts connections and opens none ("passive").</summary>
    Passive,

    /// <summary>Opens and accepts at the same time ("so").</summary>
    SimultaneousOpen,
}

namespace IceSharp.Protocol.Nat;

/// <summary>What became of datagrams larger than the MTU (RFC 5780 §3.5).</summary>
public enum NatFragmentHandling
{
    /// <summary>The test was not asked for.</summary>
    NotTested,

    /// <summary>The server does not know PADDING, or none answered.</summary>
    NotTestable,

    /// <summary>The test ended in an error.</summary>
    Undetermined,

    /// <summary>They passed out and back in.</summary>
    PassBothWays,

    /// <summary>They passed out; the answer was not large enough to tell about the way in.</summary>
    PassOutwards,

    /// <summary>Nothing came back: they are lost in one direction at least.</summary>
    Lost,
}

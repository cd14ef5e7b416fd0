namespace IceSharp.Testing;

/// <summary>What a client asks of its relayed port (RFC 8656 §18.7).</summary>
internal enum PortDemand
{
    /// <summary>Any.</summary>
    Any,

    /// <summary>An even one.</summary>
    Even,

    /// <summary>An even one, and the next higher one kept for a later allocation.</summary>
    EvenAndNext,
}

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Which way the data of a session has to take.</summary>
internal enum InteropPath
{
    /// <summary>Both hosts reach each other: their own addresses win.</summary>
    Host,

    /// <summary>Both are behind port restricted NATs: addresses learnt from a server or from checks win.</summary>
    Reflexive,

    /// <summary>Our side uses relayed candidates only.</summary>
    OurRelay,

    /// <summary>The other side uses relayed candidates only.</summary>
    TheirRelay,

    /// <summary>Both sides use relayed candidates only.</summary>
    BothRelays,
}

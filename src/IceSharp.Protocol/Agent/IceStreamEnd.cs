namespace IceSharp;

/// <summary>Why a data stream is not used any more, or never was.</summary>
public enum IceStreamEnd
{
    /// <summary>It is in use.</summary>
    None,

    /// <summary>This agent removed it.</summary>
    Removed,

    /// <summary>The peer rejected or removed it: port 0 in its description (RFC 3264 §5).</summary>
    Rejected,

    /// <summary>The peer does not use ICE for it: no credentials in its description (RFC 8839 §4.3.3).</summary>
    WithoutIce,

    /// <summary>A default destination was none of the candidates: something on the way rewrote a description (RFC 8839 §4.2.5). Plain offer and answer apply.</summary>
    Mismatch,
}

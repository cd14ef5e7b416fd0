namespace IceSharp.Protocol.Stun;

/// <summary>Algorithm that makes a key of a long-term credential (RFC 8489 §18.5). Other values are legal on the wire and mean algorithms not known here.</summary>
public enum StunPasswordAlgorithm : ushort
{
    /// <summary>Reserved.</summary>
    None = 0,

    /// <summary>MD5, what servers without PASSWORD-ALGORITHMS use.</summary>
    Md5 = 1,

    /// <summary>SHA-256.</summary>
    Sha256 = 2,
}

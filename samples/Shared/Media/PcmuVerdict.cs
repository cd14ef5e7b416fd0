namespace IceSharp.Samples.Media;

/// <summary>What a datagram was to <see cref="PcmuReceiver"/>.</summary>
internal enum PcmuVerdict
{
    /// <summary>Nothing of this stream.</summary>
    Ignored,

    /// <summary>Audio.</summary>
    Audio,

    /// <summary>The sender has sent everything.</summary>
    Goodbye,

    /// <summary>The other side has received our own goodbye.</summary>
    Confirmed,
}

namespace IceSharp.Samples.Media;

/// <summary>The two sample formats the samples read.</summary>
internal enum WaveEncoding
{
    /// <summary>Linear, 16 bit.</summary>
    Pcm16,

    /// <summary>G.711 µ-law, 8 bit.</summary>
    Pcmu,
}

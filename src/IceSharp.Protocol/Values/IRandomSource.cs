namespace IceSharp.Protocol;

/// <summary>Where a machine draws its random bytes from: a cryptographic generator in production, a seeded one in tests.</summary>
/// <remarks>Called on the thread that runs the machine; need not be thread safe.</remarks>
public interface IRandomSource
{
    /// <summary>Fills the whole span with random bytes.</summary>
    void Fill(Span<byte> destination);
}

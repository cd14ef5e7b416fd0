namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>SplitMix64: the same seed gives the same inputs on every platform and runtime.</summary>
internal sealed class FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="limit"/> - 1; 0 for a limit below 1.</summary>
    public int Below(int limit) => limit < 1 ? 0 : (int)(Next() % (ulong)limit);

    public bool OneIn(int count) => Below(count) == 0;
}

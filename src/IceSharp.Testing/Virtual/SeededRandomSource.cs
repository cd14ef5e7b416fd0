using System.Buffers.Binary;
using System.Numerics;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Random bytes that depend on nothing but a seed: the same seed gives the same bytes on every machine and runtime.</summary>
/// <remarks>
/// A xoshiro256** generator seeded by splitmix64. For simulation only: it is predictable, and what it draws must never protect anything.
/// Bytes are drawn eight at a time and the rest of a block is discarded, so that the sequence depends on the calls made. Not thread safe.
/// </remarks>
public sealed class SeededRandomSource : IRandomSource
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Creates a source.</summary>
    /// <param name="seed">Any number, 0 included.</param>
    public SeededRandomSource(ulong seed)
    {
        Seed = seed;
        ulong state = seed;
        _s0 = SplitMix(ref state);
        _s1 = SplitMix(ref state);
        _s2 = SplitMix(ref state);
        _s3 = SplitMix(ref state);
    }

    /// <summary>The seed that the source was created with.</summary>
    public ulong Seed { get; }

    /// <inheritdoc/>
    public void Fill(Span<byte> destination)
    {
        while (destination.Length >= sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, NextUInt64());
            destination = destination[sizeof(ulong)..];
        }

        for (ulong rest = destination.IsEmpty ? 0 : NextUInt64(); !destination.IsEmpty; rest >>= 8)
        {
            destination[0] = (byte)rest;
            destination = destination[1..];
        }
    }

    /// <summary>Draws 64 bits.</summary>
    public ulong NextUInt64()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        ulong t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Draws a whole number from 0 up to and without <paramref name="exclusiveMaximum"/>.</summary>
    /// <param name="exclusiveMaximum">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMaximum"/> is 0 or negative.</exception>
    public int NextInt32(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(exclusiveMaximum, 1);
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMaximum, out _);
    }

    /// <summary>Draws a number from 0 up to and without 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Makes a source of its own for one purpose, so that draws for one thing do not shift those for another.</summary>
    /// <param name="purpose">A name; the same seed and name always give the same source, however much has been drawn here.</param>
    public SeededRandomSource Derive(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        ulong hash = 0xCBF29CE484222325;
        foreach (char c in purpose)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }

        return new SeededRandomSource(Seed ^ hash);
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

using BenchmarkDotNet.Attributes;
using IceSharp.Protocol.Stun;

namespace IceSharp.Benchmarks.Codec;

/// <summary>Parse, verify, build and sign a connectivity check.</summary>
[MemoryDiagnoser]
public class CodecBenchmarks : IDisposable
{
    private readonly CheckMessage _message = new();
    private readonly KeyedHmac _hmac = new();

    /// <inheritdoc/>
    [GlobalCleanup]
    public void Dispose()
    {
        _message.Dispose();
        _hmac.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The platform's HMAC over the bytes that MESSAGE-INTEGRITY covers.</summary>
    [Benchmark(Baseline = true)]
    public int Hmac() => _hmac.Compute(_message.Received.AsSpan(0, _message.CoveredBytes));

    /// <summary>Structure only.</summary>
    [Benchmark]
    public StunParseStatus ParseStructure() => _message.ParseStructure();

    /// <summary>Structure and all values.</summary>
    [Benchmark]
    public ulong Parse() => _message.Parse();

    /// <summary>Structure, all values, fingerprint and integrity.</summary>
    [Benchmark]
    public ulong ParseAndVerify() => _message.ParseAndVerify();

    /// <summary>Attributes, integrity and fingerprint.</summary>
    [Benchmark]
    public int BuildAndSign() => _message.Build();
}

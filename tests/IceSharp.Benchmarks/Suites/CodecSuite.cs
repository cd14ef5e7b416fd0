using IceSharp.Benchmarks.Codec;
using IceSharp.Protocol.Framing;

namespace IceSharp.Benchmarks.Suites;

/// <summary>The codec on one connectivity check, beside one keyed HMAC of the platform over the same bytes in the same run.</summary>
internal sealed class CodecSuite : ISuite
{
    private const string Hmac = "codec.hmac-reference";

    private ulong _sink;

    public string Name => "codec";

    public void Run(SuiteReport report)
    {
        using var message = new CheckMessage();
        using var hmac = new KeyedHmac();
        byte[] frame = new byte[1500], data = new byte[172];

        var timing = new MedianOfBatches(rounds: 400, batch: 500);
        timing.Add(Hmac, n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += (ulong)hmac.Compute(message.Received.AsSpan(0, message.CoveredBytes));
            }
        });
        timing.Add("codec.parse-structure", n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += (ulong)message.ParseStructure();
            }
        });
        timing.Add("codec.parse", n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += message.Parse();
            }
        });
        timing.Add("codec.parse-verify-fingerprint", n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += (ulong)message.ParseAndVerifyFingerprint();
            }
        });
        timing.Add("codec.parse-verify", n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += message.ParseAndVerify();
            }
        });
        timing.Add("codec.build-sign", n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += (ulong)message.Build();
            }
        });
        timing.Add("codec.channeldata-write", n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += (ulong)ChannelDataWriter.Write(frame, 0x4000, data);
            }
        });
        timing.Add("codec.channeldata-read", n =>
        {
            for (int i = 0; i < n; i++)
            {
                _sink += (ulong)ChannelDataReader.TryParse(frame, out _);
            }
        });
        timing.Run();

        foreach (string name in timing.Names)
        {
            report.Add(name, timing.Nanoseconds(name), "ns");
            report.Add(name + ".allocated", timing.AllocatedBytes(name), "B");
        }

        report.Add("codec.parse-verify.ratio", timing.Ratio("codec.parse-verify", Hmac), "x hmac");
        report.Add("codec.build-sign.ratio", timing.Ratio("codec.build-sign", Hmac), "x hmac");
    }
}

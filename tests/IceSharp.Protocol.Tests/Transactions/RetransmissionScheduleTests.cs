using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Transactions;

public class RetransmissionScheduleTests
{
    [Fact]
    [Rfc("STUN-8489-6.2.1-a")]
    [Rfc("STUN-8489-6.2.1-b")]
    [Rfc("STUN-8489-6.2.1-h")]
    [Rfc("STUN-8489-6.2.1-i")]
    public void Default_sends_seven_copies_at_doubling_distances_and_fails_after_79_timeouts()
    {
        RetransmissionSchedule schedule = new(new StunRetransmissionSettings());

        Offsets(schedule).Should().Equal(0, 500, 1500, 3500, 7500, 15500, 31500);
        schedule.FailureOffset.TotalMilliseconds.Should().Be(39500);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-c")]
    public void A_timeout_of_the_usage_replaces_the_setting_to_the_millisecond()
    {
        RetransmissionSchedule schedule = new(new StunRetransmissionSettings(), TimeSpan.FromMilliseconds(137));

        Offsets(schedule).Should().Equal(0, 137, 411, 959, 2055, 4247, 8631);
        schedule.FailureOffset.TotalMilliseconds.Should().Be(79 * 137);
    }

    [Fact]
    public void Counts_and_factors_are_options()
    {
        StunRetransmissionSettings settings = new() { InitialRto = TimeSpan.FromMilliseconds(100), MaxTransmissions = 3, FinalTimeoutFactor = 2 };
        RetransmissionSchedule schedule = new(settings);

        Offsets(schedule).Should().Equal(0, 100, 300);
        schedule.FailureOffset.TotalMilliseconds.Should().Be(500);
    }

    [Theory]
    [InlineData(49, 7, 16, "InitialRto")]
    [InlineData(60001, 7, 16, "InitialRto")]
    [InlineData(500, 0, 16, "MaxTransmissions")]
    [InlineData(500, 17, 16, "MaxTransmissions")]
    [InlineData(500, 7, 0, "FinalTimeoutFactor")]
    [InlineData(500, 7, 65, "FinalTimeoutFactor")]
    public void A_setting_outside_its_range_is_refused_by_name(int rto, int copies, int factor, string name)
    {
        Action act = () => _ = new StunRetransmissionSettings
        {
            InitialRto = TimeSpan.FromMilliseconds(rto),
            MaxTransmissions = copies,
            FinalTimeoutFactor = factor,
        };

        act.Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
    }

    private static IEnumerable<double> Offsets(RetransmissionSchedule schedule) =>
        Enumerable.Range(0, schedule.MaxTransmissions).Select(i => schedule.TransmissionOffset(i).TotalMilliseconds);
}

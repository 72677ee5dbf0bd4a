"""The words that name what a figure counts, as patterns over a clause without spaces. Pure data; `labels` applies them.

Where a pattern is searched for in every sentence each alternative begins with a letter of its own, 政府信息…|信息… and not (?:政府)?信息…:
`re` then looks for the first letters alone, ten times faster than trying the pattern at each place.
"""

from __future__ import annotations

import re

REQUEST = re.compile(
    r"政府信息(?:依申请)?公开(?:的)?申请|信息(?:依申请)?公开(?:的)?申请|依申请(?:政府)?(?:信息)?公开|公开申请|申请(?:政府)?信息?公开|依申请(?=信息|办件|件|事项)|依申请公开|信息公开依?申请"
)
DISPUTE_TOPIC = re.compile(r"政府信息公开|信息公开|依申请|政务公开")
FOREIGN = re.compile(
    r"人大|政协|建议(?!书)|提案|留言|信件(?!申请)|信箱|热线|咨询|问政|新闻|稿件|微博|微信|公众号|抖音|培训|会议|发布会|解读|视频|检查|账号|粉丝|访问|点击|浏览|政务服务|审批|来信|来访"
    r"|诉求|舆情|执法案件|工单|12345|在线访谈|意见征集|民意|调查|督办|图解|议题|议(?<!复议)案|投诉(?!类|举报类)|举报(?!投诉类)|刑事|民事|治安|案卷评查|证照|许可申请|补贴|救助|补助"
)
CHANNEL = re.compile(r"网上|网络|线上|信函|邮寄|现场|当面|邮件|传真|平台|书面|窗口|在线|网站|电子|来函|快递|口头")
TOTAL_WORD = re.compile(r"共|总|累计|合计|全年|全部|各类|等(?:多种|各种|多个)?(?:形式|方式|渠道|途径|平台)")

# Possessive: a filler that can be read in two ways (共计 as 共 and 计) must not multiply the work on hostile text.
_FILL_WORDS = (
    "共计 总计 合计 累计 共有 共 计 约 为 达到 达 有 是 的 了 数量 总数 总量 数 案件 申请件 申请 事项 办件 答复件 答复 情形 告知 决定"
    ' 信息 类 件数 分别 事件 ["”（(]'
)
FILL = f"(?:{'|'.join(_FILL_WORDS.split())}|处理|办理|等)*+"
OUTCOME_FILL = f"(?:{'|'.join(_FILL_WORDS.split())})*+"
RECEIVE = re.compile(r"新收到|收到|接收到?|接到|新受理|受理|新收|新增|接收|收取|收悉")
NEW = re.compile(r"新收|新增|新受理|新接收")
PROCESS = re.compile(r"办理|处理")
HANDLE = re.compile(r"办结|答复|回复|办复|办毕|办理完[结毕成]|办理结果")
PART_HANDLE = re.compile(r"(?:书面|口头|电子|当场|当面|延期|延长|邮寄|网上|逾期|超期|主动|提前|未)(?:期限)?(?:办结|答复|回复)|征求|意见")

CARRIED_IN = re.compile(
    rf"(?:上年度?|上一年度?|去年|往年|前一年度?|(?P<year>20\d\d)年度?)(?:度)?(?:的)?(?:结转|结余|转接|接转|遗留|转入|未办结|转办)(?:至?今年|至?本年度?|下来|而来)?(?:办理|继续办理)?{FILL}(?:政府信息公开)?{FILL}\Z"
    rf"|结转(?:自)?(?:上年度?|上一年度?|去年)(?:度)?(?:的)?(?:政府信息公开)?{FILL}\Z"
)
CARRIED_OUT_PRE = re.compile(
    rf"(?:结转|顺延|延续|延|转|留)(?:至|到|入|待|为)?(?:下一?|次|明|翌|(?P<year>20\d\d))(?:一)?年(?:度)?(?:继续)?(?:进行|予以)?(?:办理|答复|处理)?(?:的)?(?:政府信息公开)?{FILL}\Z"
    rf"|(?:正在|尚在|仍在|还在)(?:办理|处理)(?:中|之中|过程中)?(?:的)?{FILL}\Z|(?:尚未|未)(?:办结|答复)(?:的)?{FILL}\Z|结转下年{FILL}\Z"
)
CARRIED_OUT_POST = re.compile(
    r"(?:申请)?(?:已|将|均|依法|按规定)?(?:结转|顺延|延续|延|转|留)(?:至|到|入|待|为)?(?:下一?|次|明|翌|(?P<year>20\d\d))(?:一)?年|(?:申请)?(?:正在|尚在|仍在|还在)(?:办理|处理)|(?:申请)?(?:尚未|未)(?:办结|答复)"
)

OUTCOMES: tuple[tuple[str, str], ...] = (
    ("requests_partial", r"部分公开|部分予以公开|区分处理"),
    ("requests_denied", r"不予公开|不同意公开|不公开"),
    ("requests_unable", r"无法提供|不能提供"),
    ("requests_refused", r"不予处理"),
    ("requests_other", r"(?:作|予以|按)?其[他它](?:情形|方式|类)?处理|其[他它](?:情形|情况|结果|类)?(?=\Z)"),
    (
        "requests_granted",
        r"(?<!不)(?<!部分)(?:予以|同意|准予|全部|决定|全文|依法)公开|(?<!不予)(?<!部分)(?<!主动)(?<!信息)(?<!申请)(?<!同意)公开(?=\Z)",
    ),
)
ITEMS: tuple[tuple[str, str], ...] = (
    ("denied_state_secret", r"国家秘密"),
    ("denied_law_forbidden", r"(?:其他)?法律[、，]?行政法规禁止"),
    ("denied_three_safety", r"三安全一稳定"),
    ("denied_third_party", r"第三方合法权益|商业秘密|个人隐私"),
    ("denied_internal", r"内部(?:事务|管理)信息"),
    ("denied_process", r"过程性信息"),
    ("denied_enforcement_file", r"(?:行政)?执法案卷"),
    ("denied_query", r"行政查询"),
    ("unable_not_held", r"不掌握|不存在|非本机关"),
    ("unable_needs_creation", r"另行制作|没有现成|无现成"),
    ("unable_unclear", r"补正后[^，]{0,6}(?:仍)?不明确"),
    ("refused_petition", r"信访"),
    ("refused_duplicate", r"重复申请"),
    ("refused_publication", r"公开出版物"),
    ("refused_excessive", r"大量反复|频繁申请"),
    ("refused_reconfirm", r"重新出具|确认或"),
    ("other_no_correction", r"逾期[^，]{0,4}(?:不|未)补正|不再处理"),
    ("other_unpaid_fee", r"(?:未|不)[^，]{0,10}(?:缴纳?费|缴纳)"),
)
NATURAL = re.compile(rf"(?:自然人|公民|个人)(?:提交|提出|申请)?(?:的)?(?:政府信息公开)?{FILL}\Z")
ORGANISATION = re.compile(
    rf"(?:法人(?:或|和|及|、|与)?(?:者|以及)?(?:其[他它]组织|非法人组织|组织)?|组织)(?:提交|提出|申请)?(?:的)?(?:政府信息公开)?{FILL}\Z"
)
COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("business", re.compile(rf"(?:商业)?企业(?:申请)?{FILL}\Z")),
    ("research", re.compile(rf"科研机构(?:申请)?{FILL}\Z")),
    ("welfare", re.compile(rf"社会公益组织(?:申请)?{FILL}\Z")),
    ("legal", re.compile(rf"法律服务机构(?:申请)?{FILL}\Z")),
)

RECONSIDERATION = re.compile(r"复议")
LITIGATION = re.compile(r"诉讼|起诉|应诉|被诉")
DIRECT = re.compile(r"未经(?:行政)?复议|直接(?:提起|起诉)")
AFTER = re.compile(r"(?:经(?:行政)?)?复议后(?:再)?(?:提起|起诉)?")
RESULTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "pending",
        re.compile(
            rf"(?:尚未|未|尚在|正在|仍在|还在)(?:审[结理]|办结|结案|审理|复议|诉讼)(?:结)?(?:过程)?(?:中|的|当中)?{FILL}\Z|审理中{FILL}\Z"
        ),
    ),
    ("upheld", re.compile(rf"(?<!不)维持(?:原?(?:具体)?行政行为|原判|原答复|决定)?(?:结果)?{FILL}\Z")),
    ("corrected", re.compile(rf"(?:被)?(?:纠正|纠错|撤销|败诉|确认违法|改判|责令[^，]{{0,8}})(?:结果)?{FILL}\Z")),
    ("other", re.compile(rf"其[他它]结果{FILL}\Z|其[他它](?:情形|情况)?{FILL}\Z")),
)
CASELOAD = re.compile(r"复议(?:机关|机构|局)[^，。]{0,6}(?:办理|受理|审结|收到)|(?:办理|受理|审理|审结)(?:各类)?行政复议")
DISPUTE_FOREIGN = re.compile(r"决定书|裁判文书|典型案例|培训|旁听|庭审|参加|出庭|应诉人员|听证|审查|发生率|纠错率|降低")
# Such a figure counts what requests or replies are about, or papers of reconsideration, not reconsiderations.
ABOUT = re.compile(
    r"(?:内容|事项|主题|诉求|类别|类型|材料|问题|(?<!公开)(?:方面|领域)|信息(?!公开))(?:中|上|里|看|来看|主要|多|大多|均|都|集中|分别|有|的)*(?:涉及|涉|关于|有关|包括|集中[在于]|为|是)[^，。；：]*(?:复议|诉讼)"
    r"|(?:申请|答复|信息)(?:内容)?(?:主要|多|大多|集中)(?:涉及|关于|集中[在于]|为|是)[^，。；：]*(?:复议|诉讼)"
)
PAPERS = re.compile(r"(?:复议|诉讼)(?:相关|方面|类)*的?(?:信息|材料|资料|案卷|卷宗|档案|文书)")
ABOUT_WORDS = ("涉", "关", "包括", "集中", "为", "是")  # none of these: nothing is about anything
# Said of a figure after it: it counts all cases of the body, over disclosure only some of them or none.
ALL_CASES = re.compile(
    r"[^。；]{0,40}?(?:(?:其中|包括|包含|含)[，：]?[^，。；]{0,12}信息公开|(?:与|和|同)[^，。；]{0,8}信息公开[^，。；]{0,4}无关"
    r"|(?:不涉及|不属于|未涉及|不是|没有[^，。；]{0,4}涉及|无一?件?涉及)[^，。；]{0,8}信息公开)"
)
CASES = re.compile(
    rf"(?:行政)?(?:复议|诉讼|应诉)(?:和|及)?(?:的)?(?:申请|案件|案|事项|情况|应诉|总)*+{FILL}各?\Z"
    rf"|(?:直接起诉|起诉|被诉|(?:提起|申请)(?:行政)?(?:复议|诉讼))(?:的)?{FILL}各?\Z"
)

#!/usr/bin/env python3
"""Print config/samples/needs.csv: 800 invented needs of 70 invented health centres.

    python3 make_needs.py > needs.csv

Nobody real is in it: centres, villages, amounts and accounts are made up, and
no person is named. Every pay_to carries the bank number 099, which no bank
has. The seed is fixed, so the file is the same on every run.
"""
import csv
import datetime
import random
import sys

COUNT = 800
SEED = 1007
FIRST_DAY = datetime.date(2026, 1, 10)
LAST_DAY = datetime.date(2026, 9, 30)
UNSETTLED = ["paused"] * 16 + ["draft"] * 14 + ["withdrawn"] * 10   # the rest is open

COLUMNS = ("code,province,centre,category,priority,title_fa,title_en,unit,required,status,"
           "short_fa,short_en,organisation,pay_to,verified_by,verified_at,shared_with").split(",")

PROVINCES = {"fars": "فارس", "zanjan": "زنجان", "kohgiluyeh_boyerahmad": "کهگیلویه و بویراحمد"}
VERIFIERS = ["دفتر سلامت", "کارشناس سلامت", "مسئول بازدید"]

# letter: kind in Persian, in English, needs of one centre at least and at most
KINDS = {
    "H": ("بیمارستان", "hospital", 18, 22),
    "C": ("درمانگاه", "clinic", 11, 15),
    "B": ("خانه بهداشت", "health house", 7, 9),
    "M": ("زایشگاه", "maternity home", 8, 10),
    "E": ("اورژانس", "ambulance post", 6, 8),
    "L": ("همراه‌سرا", "guest house", 6, 8),
}

# province and kind: names in Persian, each with its English after the colon
CENTRES = {
    "kohgiluyeh_boyerahmad": {
        "H": "بردنار:Bardnar آبچال:Abchal",
        "C": "سرفارب:Sarfarab بلوط‌بن:Balutbon مله‌سرو:Malehsarv دلی‌سرو:Delisarv چمبلوط:Chambalut "
             "لاوبرد:Lavbard سی‌برد:Sibard کوه‌بنه:Kuhbaneh",
        "B": "بردل:Bardel چمنو:Chamno کوبر:Kubar لیبن:Libon بنبل:Bonbal آبنو:Abno",
        "M": "گل‌بلوط:Golbalut", "E": "گردنه‌نی:Gardanehney", "L": "مهربن:Mehrbon",
    },
    "zanjan": {
        "H": "آلابند:Alaband ایلدره:Ildareh",
        "C": "گوی‌بند:Goyband قزل‌نی:Qezelney سنجدبن:Senjedbon بولاقک:Bulaqak داش‌بند:Dashband یام‌دره:Yamdareh",
        "B": "قزبن:Qezbon سارن:Saran یالک:Yalak گویک:Goyak آقدل:Aqdel",
        "M": "گل‌بولاق:Golbulaq", "E": "برف‌دره:Barfdareh", "L": "یاس‌نو:Yasno",
    },
    "fars": {
        "H": "سروبند:Sarvband نارپشت:Narposht مهرتنگ:Mehrtang تاکدشت:Takdasht چم‌سرو:Chamsarv",
        "C": "انجیربن:Anjirbon سنگ‌تاک:Sangtak کنارتل:Konartal بنه‌سرو:Banehsarv تل‌انار:Tal-Anar "
             "نی‌دشت:Neydasht گزستون:Gazsotun بادامبن:Badambon مورتنگ:Murtang پرسنگ:Porsang "
             "آبگردو:Abgerdu خرمنار:Khormanar لاله‌تل:Lalehtal",
        "B": "نرتل:Nartal سرتل:Sartal گزبن:Gazbon رزبن:Razbon پرنو:Parno آبتل:Abtal بنسر:Bonsar تاکو:Taku تلنو:Talno",
        "M": "نارنج‌بن:Naranjbon گل‌سروک:Golsarvak ماه‌تل:Mahtal",
        "E": "گردنه‌گز:Gardanehgaz تنگ‌نار:Tangnar سه‌راهک:Serahak",
        "L": "نارتاک:Nartak سروناب:Sarvnab",
    },
}

# kinds | category | priority | unit | required from-to (rial in millions) | title_fa | title_en | short_fa | short_en
NEEDS = """
H|drug|1-2|rial|800-3000|داروی یک‌ساله بیماران تالاسمی|A year of medicine for thalassaemia patients|داروی تالاسمی|thalassaemia medicine
HC|drug|1-2|rial|300-1500|انسولین قلمی برای بیماران کم‌درآمد|Insulin pens for patients of low income|انسولین قلمی|insulin pens
H|drug|1-2|rial|1000-6000|داروی شیمی‌درمانی بیماران کم‌درآمد|Chemotherapy medicine for patients of low income|داروی سرطان|medicine for cancer
CB|drug|2-3|rial|80-600|داروی فشار خون برای سالمندان روستا|Blood pressure medicine for village elders|داروی فشار خون|blood pressure medicine
CBM|drug|2-3|rial|60-400|قرص آهن و مکمل برای مادران باردار|Iron tablets and supplements for expectant mothers|مکمل مادران|mothers' supplements
HCE|drug|1-1|rial|150-900|پادزهر عقرب‌گزیدگی و مارگزیدگی|Antivenom for scorpion stings and snake bites|پادزهر عقرب|scorpion antivenom
HC|drug|1-2|rial|200-900|داروی صرع برای کودکان|Epilepsy medicine for children|داروی صرع کودکان|epilepsy medicine
CM|drug|1-2|rial|100-600|شیرخشک رژیمی برای نوزادان بیمار|Special formula for sick infants|شیرخشک رژیمی|special infant formula
HCE|drug|1-2|rial|150-800|داروهای ترالی احیا|Medicine for the crash trolley|داروی احیا|resuscitation medicine
CB|drug|2-4|rial|100-700|واکسن آنفلوانزا برای سالمندان|Flu vaccine for the elderly|واکسن آنفلوانزا|flu vaccine
H|drug|1-2|rial|900-4000|داروی ضد رد پیوند برای بیماران پیوند کلیه|Medicine for kidney transplant patients|داروی پیوند کلیه|transplant medicine
H|drug|1-1|rial|1500-5000|فاکتور انعقادی برای بیماران هموفیلی|Clotting factor for haemophilia patients|داروی هموفیلی|haemophilia medicine
C|drug|2-3|rial|100-500|اسپری تنفسی برای بیماران آسمی|Inhalers for asthma patients|اسپری آسم|asthma inhalers
CB|drug|2-4|rial|50-300|ویتامین و مکمل برای کودکان زیر پنج سال|Vitamins for children under five|ویتامین کودکان|children's vitamins
M|drug|1-2|rial|200-700|داروهای زایمان ایمن|Medicine for safe childbirth|داروی زایمان|childbirth medicine
H|treatment|1-2|rial|3000-9000|هزینه جراحی قلب کودکان کم‌بضاعت|Heart surgery for children of poor families|جراحی قلب کودکان|children's heart surgery
H|treatment|2-3|rial|1000-4000|هزینه جراحی آب‌مروارید سالمندان|Cataract surgery for the elderly|جراحی آب‌مروارید|cataract surgery
H|treatment|1-2|rial|800-3500|هزینه جلسه‌های دیالیز بیماران بدون بیمه|Dialysis sessions for uninsured patients|جلسه‌های دیالیز|dialysis sessions
H|treatment|3-4|rial|1500-5000|هزینه تعویض مفصل زانوی بیماران کم‌درآمد|Knee replacements for patients of low income|تعویض مفصل زانو|knee replacement
H|treatment|1-2|rial|1500-6000|هزینه پرتودرمانی بیماران سرطانی|Radiotherapy for cancer patients|پرتودرمانی|radiotherapy
HC|treatment|2-4|rial|150-900|جلسه‌های فیزیوتراپی پس از سکته مغزی|Physiotherapy after a stroke|فیزیوتراپی|physiotherapy
C|treatment|3-4|rial|200-1200|درمان دندان کودکان دبستانی|Dental care for schoolchildren|درمان دندان|children's dental care
HC|treatment|2-3|rial|200-1500|هزینه آزمایش و تصویربرداری بیماران بدون بیمه|Tests and scans for uninsured patients|هزینه آزمایش|tests and scans
HC|treatment|2-3|rial|300-1800|غربالگری سرطان پستان زنان روستایی|Breast cancer screening for village women|غربالگری سرطان|breast cancer screening
CB|treatment|2-4|rial|80-500|غربالگری دیابت در روستاهای اطراف|Diabetes screening in the villages around|غربالگری دیابت|diabetes screening
M|treatment|1-2|rial|300-1500|هزینه زایمان مادران بدون بیمه|Childbirth costs of uninsured mothers|هزینه زایمان|childbirth costs
HM|treatment|2-3|rial|200-900|شنوایی‌سنجی نوزادان|Hearing tests for newborns|شنوایی‌سنجی|newborn hearing tests
H|equipment|1-1|rial|16000-24000|خرید دستگاه دیالیز با سامانه تصفیه آب|Dialysis machine with water treatment|دستگاه دیالیز|dialysis machine
H|equipment|1-2|rial|12000-22000|ونتیلاتور برای بخش مراقبت‌های ویژه|Ventilator for intensive care|ونتیلاتور|ventilator
HM|equipment|1-2|rial|5000-9000|انکوباتور برای نوزادان نارس|Incubator for premature infants|انکوباتور نوزاد|infant incubator
HCM|equipment|2-3|rial|9000-35000|خرید دستگاه سونوگرافی|Ultrasound scanner|دستگاه سونوگرافی|ultrasound scanner
HCE|equipment|1-2|rial|3500-8000|خرید دستگاه الکتروشوک|Defibrillator|دستگاه الکتروشوک|defibrillator
HCE|equipment|1-3|rial|1200-3000|خرید دستگاه نوار قلب|ECG machine|دستگاه نوار قلب|ECG machine
HCM|equipment|2-3|rial|1500-6000|اتوکلاو برای سترون‌سازی ابزار پزشکی|Autoclave for sterilising instruments|دستگاه اتوکلاو|autoclave
C|equipment|3-4|rial|4000-8000|خرید یونیت دندان‌پزشکی|Dental unit|یونیت دندان|dental unit
HC|equipment|2-3|rial|20000-45000|خرید دستگاه رادیولوژی دیجیتال|Digital X-ray machine|دستگاه رادیولوژی|X-ray machine
CB|equipment|1-2|rial|700-1500|یخچال نگهداری واکسن|Refrigerator for vaccines|یخچال واکسن|vaccine refrigerator
HC|equipment|2-3|rial|2500-9000|موتور برق اضطراری|Emergency generator|موتور برق|emergency generator
CE|equipment|1-2|rial|38000-60000|آمبولانس برای راه‌های کوهستانی|Ambulance for mountain roads|آمبولانس|ambulance
E|equipment|2-3|rial|2500-4500|موتورلانس برای کوچه‌های باریک|Motorcycle ambulance for narrow lanes|موتورلانس|motorcycle ambulance
HC|equipment|2-3|rial|3000-12000|تجهیز آزمایشگاه تشخیص پزشکی|Equipment for the medical laboratory|تجهیز آزمایشگاه|laboratory equipment
H|equipment|2-3|rial|8000-25000|تجهیز بخش سوختگی|Equipment for the burns ward|تجهیز بخش سوختگی|burns ward equipment
H|equipment|2-3|rial|15000-45000|تجهیز اتاق عمل|Equipment for the operating room|تجهیز اتاق عمل|operating room equipment
M|equipment|1-2|rial|3000-8000|تجهیز اتاق زایمان|Equipment for the delivery room|اتاق زایمان|delivery room
HBL|equipment|2-4|item|2-8|ویلچر برای جابه‌جایی بیماران|Wheelchairs for moving patients|ویلچر|wheelchairs
CB|equipment|2-4|item|2-6|ویلچر برای امانت به خانواده‌ها|Wheelchairs to lend to families|ویلچر امانی|wheelchairs to lend
CB|equipment|2-3|item|3-15|دستگاه سنجش قند خون|Glucometers|دستگاه قند خون|glucometers
CBM|equipment|2-3|item|2-10|فشارسنج دیجیتال بازویی|Digital arm blood pressure monitors|فشارسنج دیجیتال|blood pressure monitors
HCE|equipment|1-2|item|3-12|کپسول اکسیژن با مانومتر|Oxygen cylinders with gauges|کپسول اکسیژن|oxygen cylinders
HC|equipment|1-3|item|2-6|اکسیژن‌ساز برای امانت به بیماران ریوی|Oxygen concentrators to lend to lung patients|اکسیژن‌ساز|oxygen concentrators
H|equipment|2-3|item|5-25|تخت بستری برقی|Electric hospital beds|تخت بستری|hospital beds
HL|equipment|2-4|item|4-15|تشک مواج برای پیشگیری از زخم بستر|Air mattresses against bedsores|تشک مواج|air mattresses
HCE|equipment|2-3|item|2-8|پالس‌اکسیمتر انگشتی|Fingertip pulse oximeters|پالس‌اکسیمتر|pulse oximeters
CBM|equipment|2-4|item|2-4|ترازوی نوزاد|Baby scales|ترازوی نوزاد|baby scales
CBM|equipment|2-3|item|2-4|سونیکید برای شنیدن قلب جنین|Fetal heart detectors|سونیکید|fetal heart detectors
HC|equipment|2-4|item|2-6|نبولایزر برای بیماران تنفسی|Nebulisers for patients with lung disease|نبولایزر|nebulisers
HE|equipment|2-3|item|2-8|برانکارد تاشو|Folding stretchers|برانکارد|stretchers
H|equipment|1-2|item|2-4|دستگاه همودیالیز برای شیفت شب|Haemodialysis machines for the night shift|دستگاه همودیالیز|haemodialysis machines
H|equipment|2-3|item|4-12|پمپ سرم برای بخش کودکان|Infusion pumps for the children's ward|پمپ سرم|infusion pumps
HCE|equipment|2-3|item|2-4|دستگاه ساکشن قابل حمل|Portable suction units|دستگاه ساکشن|portable suction units
CB|equipment|3-4|item|3-12|واکر برای سالمندان کم‌توان|Walking frames for frail elders|واکر سالمندان|walking frames
B|equipment|2-3|item|2-6|کلدباکس برای حمل واکسن|Cold boxes for carrying vaccine|کلدباکس واکسن|vaccine cold boxes
E|equipment|1-2|item|2-5|کیف احیای قلبی و تنفسی|Resuscitation bags|کیف احیا|resuscitation bags
E|equipment|2-3|item|10-40|آتل و گردن‌بند طبی برای مصدومان|Splints and neck collars for the injured|آتل و گردن‌بند|splints and neck collars
B|equipment|2-4|item|2-4|بخاری برای اتاق معاینه|Heaters for the examination room|بخاری|heaters
CB|equipment|4-5|item|2-4|رایانه برای پرونده سلامت|Computers for health records|رایانه|computers
B|construction|2-3|rial|15000-45000|نوسازی ساختمان فرسوده خانه بهداشت|Renewal of the worn-out health house|نوسازی ساختمان|building renewal
C|construction|2-3|rial|8000-30000|ساخت اتاق اورژانس|Building an emergency room|اتاق اورژانس|emergency room
CBL|construction|2-4|rial|600-2500|بازسازی سرویس بهداشتی|Repair of the toilets|سرویس بهداشتی|toilet repairs
CB|construction|2-3|rial|500-1800|تعمیر بام و عایق‌کاری|Roof repair and waterproofing|تعمیر بام|roof repair
H|construction|3-4|rial|12000-22000|آسانسور بیماربر|Lift for patients' beds|آسانسور بیماربر|hospital bed lift
CBM|construction|3-5|rial|150-500|رمپ ورودی برای ویلچر|Wheelchair ramp at the entrance|رمپ ویلچر|wheelchair ramp
CB|construction|3-5|rial|2500-8000|پنل خورشیدی و باتری برای برق پایدار|Solar panels and batteries for steady power|پنل خورشیدی|solar panels
CBL|construction|2-4|rial|120-700|مخزن ذخیره آب آشامیدنی|Drinking water tank|مخزن آب|water tank
HCM|construction|2-4|rial|1500-9000|بازسازی سامانه گرمایش ساختمان|Renewal of the heating system|گرمایش ساختمان|heating system
H|construction|1-3|rial|40000-90000|ساخت بخش دیالیز|Building a dialysis ward|ساخت بخش دیالیز|dialysis ward
HM|construction|2-3|rial|25000-60000|ساخت بخش نوزادان|Building a newborn ward|ساخت بخش نوزادان|newborn ward
E|construction|2-3|rial|12000-30000|ساخت ساختمان تازه پایگاه|A new building for the post|ساختمان پایگاه|ambulance post building
L|construction|3-4|rial|800-2500|نوسازی آشپزخانه|Renewal of the kitchen|نوسازی آشپزخانه|kitchen renewal
HC|support|1-3|rial|200-900|هزینه رفت‌وآمد بیماران دیالیزی و سرطانی|Travel costs of dialysis and cancer patients|رفت‌وآمد بیماران|patients' travel costs
HC|support|2-3|rial|300-1500|هزینه معیشت خانواده بیماران صعب‌العلاج|Living costs of families in long illness|معیشت بیماران|patients' living costs
CBM|support|2-3|item|20-100|بسته غذایی برای مادران باردار|Food parcels for expectant mothers|بسته غذای مادران|mothers' food parcels
CB|support|2-4|item|20-90|بسته بهداشتی برای خانواده‌ها|Hygiene kits for families|بسته بهداشتی|hygiene kits
CB|support|2-3|item|30-150|پوشک برای سالمندان زمین‌گیر|Packs of nappies for bedridden elders|پوشک سالمندان|adult nappies
HC|support|3-4|item|5-30|سمعک برای سالمندان و کودکان|Hearing aids for elders and children|سمعک|hearing aids
HC|support|2-3|item|2-5|پای مصنوعی برای بیماران قطع عضو|Artificial legs for amputees|پای مصنوعی|artificial legs
C|support|2-4|rial|200-900|حق بیمه سلامت خانواده‌های کم‌درآمد|Health insurance for families of low income|بیمه سلامت|health insurance
B|support|3-4|item|30-120|لباس گرم برای کودکان روستا|Warm clothes for village children|لباس گرم کودکان|children's warm clothes
C|support|3-4|item|30-120|عینک طبی برای دانش‌آموزان|Glasses for schoolchildren|عینک طبی|glasses for pupils
M|support|2-3|item|20-120|بسته نوزاد برای خانواده‌های کم‌درآمد|Newborn kits for families of low income|بسته نوزاد|newborn kits
C|retention|2-3|rial|1500-6000|تجهیز پانسیون پزشک|Furnishing the doctor's lodging|پانسیون پزشک|doctor's lodging
C|retention|1-3|rial|2000-6000|حمایت یک‌ساله برای ماندگاری پزشک|A year's support to keep the doctor|ماندگاری پزشک|keeping the doctor
CM|retention|1-3|rial|1200-3000|حمایت یک‌ساله برای ماندگاری ماما|A year's support to keep the midwife|ماندگاری ماما|keeping the midwife
H|retention|1-2|rial|4000-12000|حمایت یک‌ساله برای ماندگاری پزشک متخصص|A year's support to keep the specialist|ماندگاری متخصص|keeping the specialist
B|retention|2-4|rial|300-1200|کرایه خودرو برای سرکشی بهورز به روستاها|Car hire for the health worker's rounds|خودروی بهورز|health worker's car hire
C|retention|3-4|rial|600-2000|اجاره خانه برای دندان‌پزشک|House rent for the dentist|خانه دندان‌پزشک|dentist's house rent
H|retention|2-4|rial|3000-9000|نوسازی پانسیون پرستاران|Renewal of the nurses' lodging|پانسیون پرستاران|nurses' lodging
E|retention|2-4|rial|800-3000|تجهیز خوابگاه کارکنان شیفت|Furnishing the crew's sleeping rooms|خوابگاه کارکنان|crew sleeping rooms
HL|lodging|2-3|rial|300-1500|هزینه اقامت همراهان بیماران راه دور|Nights for companions from far away|اقامت همراهان|companions' lodging
H|lodging|3-4|rial|1500-6000|تجهیز همراه‌سرای بیمارستان|Furnishing the hospital's guest house|تجهیز همراه‌سرا|companions' guest house
HL|lodging|3-4|rial|200-900|غذای گرم برای همراهان بیماران|Hot meals for patients' companions|غذای همراهان|companions' meals
L|lodging|2-3|rial|1200-4000|اجاره یک‌ساله ساختمان همراه‌سرا|A year's rent of the guest house|اجاره همراه‌سرا|guest house rent
L|lodging|2-4|rial|3000-9000|افزودن سه اتاق برای همراهان|Three more rooms for companions|اتاق همراهان|companions' rooms
L|lodging|3-5|rial|14000-24000|مینی‌بوس رفت‌وآمد همراهان به بیمارستان|Minibus between guest house and hospital|مینی‌بوس همراهان|companions' minibus
H|lodging|3-5|item|10-40|صندلی تخت‌شو برای همراهان بیمار|Recliner chairs for companions|صندلی همراه|recliner chairs
L|lodging|3-4|item|4-16|تخت دوطبقه برای اتاق‌ها|Bunk beds for the rooms|تخت دوطبقه|bunk beds
L|lodging|3-4|item|20-60|پتو و ملحفه|Blankets and sheets|پتو و ملحفه|blankets and sheets
L|lodging|3-5|item|2-3|ماشین لباس‌شویی|Washing machines|ماشین لباس‌شویی|washing machines
L|lodging|3-4|item|2-4|یخچال برای داروی بیماران|Refrigerators for patients' medicine|یخچال همراه‌سرا|refrigerators
L|lodging|3-4|day|10-40|آشپزی برای همراهان بیماران|Days of cooking for companions|آشپز همراه‌سرا|guest house cook
CB|service|1-2|day|6-48|روزهای حضور پزشک عمومی|Days of a visiting physician|حضور پزشک|visiting physician
CB|service|2-4|day|4-24|روزهای حضور دندان‌پزشک|Days of a visiting dentist|حضور دندان‌پزشک|visiting dentist
HCM|service|1-3|day|4-24|روزهای حضور متخصص زنان و زایمان|Days of a visiting gynaecologist|حضور متخصص زنان|visiting gynaecologist
HCM|service|1-3|day|4-24|روزهای حضور متخصص کودکان|Days of a visiting paediatrician|متخصص کودکان|visiting paediatrician
HC|service|2-3|day|3-18|روزهای حضور متخصص قلب|Days of a visiting cardiologist|متخصص قلب|visiting cardiologist
C|service|2-4|day|2-10|روزهای حضور چشم‌پزشک|Days of a visiting eye doctor|حضور چشم‌پزشک|visiting eye doctor
CB|service|2-4|day|4-24|روزهای حضور روان‌شناس|Days of a visiting psychologist|حضور روان‌شناس|visiting psychologist
CB|service|1-3|day|6-36|روزهای حضور ماما|Days of a visiting midwife|حضور ماما|visiting midwife
HC|service|3-4|day|4-20|روزهای حضور فیزیوتراپ|Days of a visiting physiotherapist|حضور فیزیوتراپ|visiting physiotherapist
HL|service|2-4|day|6-30|روزهای حضور پرستار داوطلب|Days of a volunteer nurse|حضور پرستار|visiting nurse
HCE|service|2-4|day|2-8|تعمیر و تنظیم تجهیزات پزشکی|Days of a technician for medical equipment|تکنسین تجهیزات|equipment technician
BE|service|3-5|day|2-10|کلاس امدادگری برای مردم روستا|Days of first aid classes for villagers|آموزش امدادگری|first aid classes
E|service|2-3|day|8-40|روزهای کار راننده آمبولانس|Days of an ambulance driver|راننده آمبولانس|ambulance driver
L|service|3-4|day|6-24|روزهای حضور مددکار اجتماعی|Days of a social worker|مددکار اجتماعی|social worker
""".strip().splitlines()

# The first codes are known to examples and tests: centre in English, short_en, priority, required.
FIRST = [
    ("Bardnar", "dialysis machine", 1, 18_000_000_000),     # 1007
    ("Goyband", "insulin pens", 1, 1_200_000_000),          # 1010
    ("Anjirbon", "ambulance", 1, 45_000_000_000),           # 1029
    ("Sarvband", "haemodialysis machines", 1, 2),
    ("Sarfarab", "visiting physician", 1, 24),
    ("Sarfarab", "wheelchairs to lend", 2, 4),
    ("Qezbon", "glucometers", 2, 5),
]

DAMM = ["0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
        "3674209581", "5869720134", "8945362017", "9438617205", "2581436790"]


def codes():
    """Need codes in order: a base from 100 and its Damm digit; long ones never end in 0."""
    base = 100
    while True:
        check = 0
        for digit in str(base):
            check = int(DAMM[check][int(digit)])
        code = f"{base}{check}"
        if len(code) == 4 or check != 0:
            yield code
        base += 1


def test_iban(account):
    """An account of bank 099, which does not exist, with the check digits that belong to it."""
    bban = f"099{account:019d}"
    return f"IR{98 - int(bban + '182700') % 97:02d}{bban}"      # 1827: I and R


def centres():
    for province, kinds in CENTRES.items():
        for kind, names in kinds.items():
            for name in names.split():
                fa, en = name.split(":")
                yield {"province": province, "kind": kind, "en": en,
                       "centre": f"{KINDS[kind][0]} {fa}"}


def amount(rng, unit, low, high):
    if unit != "rial":
        return rng.randint(low, high)
    millions = rng.randint(low, high)
    step = 500 if millions >= 10_000 else 100 if millions >= 2_000 else 50 if millions >= 500 else 10
    return max(step, round(millions / step) * step) * 1_000_000


def need(rng, centre, line):
    _, category, priority, unit, required, title_fa, title_en, short_fa, short_en = line.split("|")
    return {"province": centre["province"], "centre": centre["centre"], "category": category,
            "priority": rng.randint(*map(int, priority.split("-"))),
            "title_fa": title_fa, "title_en": f"{title_en}, {centre['en']} {KINDS[centre['kind']][1]}",
            "unit": unit, "required": amount(rng, unit, *map(int, required.split("-"))),
            "status": "open", "short_fa": short_fa, "short_en": short_en,
            "pay_to": centre["pay_to"] if unit == "rial" else "",
            "verified_by": f"{rng.choice(VERIFIERS)} {PROVINCES[centre['province']]}",
            "verified_at": FIRST_DAY + datetime.timedelta(rng.randint(0, (LAST_DAY - FIRST_DAY).days))}


def deal(rng):
    """The needs of all centres: the known first ones, then the others in a mixed order."""
    first, rest, decks = {}, [], []
    accounts = 0
    for centre in centres():
        centre["pay_to"] = ""
        if centre["kind"] == "H":       # only hospitals take money themselves
            accounts += 1
            centre["pay_to"] = test_iban(accounts)
        deck = [line for line in NEEDS if centre["kind"] in line.split("|")[0]]
        rng.shuffle(deck)
        for place, (name, short, priority, required) in enumerate(FIRST):
            if name == centre["en"]:
                line = next(line for line in deck if line.endswith("|" + short))
                deck.remove(line)
                first[place] = need(rng, centre, line) | {"priority": priority, "required": required}
        for _ in range(rng.randint(*KINDS[centre["kind"]][2:])):
            rest.append(need(rng, centre, deck.pop()))
        decks.append((centre, deck))
    rng.shuffle(rest)
    while len(first) + len(rest) < COUNT:
        centre, deck = rng.choice(decks)
        if deck:
            rest.append(need(rng, centre, deck.pop()))
    return [first[place] for place in range(len(FIRST))] + rest[:COUNT - len(FIRST)]


def main():
    rng = random.Random(SEED)
    needs = deal(rng)
    for row, code in zip(needs, codes()):
        row["code"] = code
    changed = rng.sample(range(10, COUNT), len(UNSETTLED))     # the first ten stay open
    for place, status in zip(changed, UNSETTLED):
        needs[place]["status"] = status
        if status == "draft":           # not verified yet
            needs[place]["verified_by"] = needs[place]["verified_at"] = ""
    sys.stdout.reconfigure(encoding="utf-8", newline="")
    out = csv.DictWriter(sys.stdout, COLUMNS, restval="", lineterminator="\n")
    out.writeheader()
    out.writerows(needs)


if __name__ == "__main__":
    main()
